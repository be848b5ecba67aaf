# Writes what tests/estimate/test_sample_sizes.py and test_selection.py compare against.
#
#   Rscript make_sampling.R              (run in this folder; needs survey, sampling, pwr)
#
#   sampling_shares.csv     units for a share: Wilson's interval of stats::prop.test as wide as asked (its own root), and
#                           the fewest units whose exact interval (stats::binom.test) is on average as narrow
#   sampling_effects.csv    units per group for two shares by pwr::pwr.2p.test (arcsine scale)
#   sampling_clusters.csv   variance of a mean from two stages with both corrections, by survey::svymean, and the
#                           variance components of the same sample
#   sampling_strata.csv     the stratified sample of schools of package survey: sizes, spreads, and the variance of the
#                           mean by survey::svymean
#   sampling_chances.csv    sampling::inclusionprobabilities
#   sampling_taken.csv      units that sampling::UPsystematic and UPbrewer draw with
#                           the uniform numbers of sampling_uniforms.csv
#   sampling_joint.csv      joint chances of systematic draws, sampling::UPsystematicpi2
#   sampling_median.csv     n times the variance of the log of a median by stats::integrate, and with the shape known

suppressMessages({library(survey); library(sampling); library(pwr)})
number <- function(x) trimws(formatC(x, digits = 12, format = "g"))
write <- function(table, file) {
  table[] <- lapply(table, function(one) if (is.numeric(one)) number(one) else one)
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}

# shares
wilson_half <- function(n, p, level) {
  limits <- suppressWarnings(prop.test(p * n, n, correct = FALSE, conf.level = level))$conf.int
  diff(as.numeric(limits)) / 2
}
exact_half <- function(n, p, level) {
  x <- 0:n
  width <- sapply(x, function(one) diff(as.numeric(binom.test(one, n, conf.level = level)$conf.int)))
  sum(dbinom(x, n, p) * width) / 2
}
fewest <- function(p, d, level) {
  n <- max(2, floor(0.7 * p * (1 - p) * (qnorm((1 + level) / 2) / d)^2))
  while (exact_half(n, p, level) > d) n <- n + 1
  n
}
shares <- expand.grid(share = c(0.03, 0.2, 0.5), margin = c(0.04, 0.1), level = c(0.9, 0.95))
shares$wilson <- mapply(function(p, d, level)
  uniroot(function(n) wilson_half(n, p, level) - d, c(1, 1e5), tol = 1e-9)$root, shares$share, shares$margin, shares$level)
shares$exact <- mapply(fewest, shares$share, shares$margin, shares$level)
write(shares, "sampling_shares.csv")

effects <- data.frame(one = c(0.3, 0.3, 0.1, 0.5), two = c(0.4, 0.35, 0.2, 0.6))
effects$units <- mapply(function(one, two) pwr.2p.test(h = ES.h(one, two), power = 0.8, sig.level = 0.05)$n,
  effects$one, effects$two)
write(effects, "sampling_effects.csv")

# two stages: 12 clusters of 80, 10 units of 40 in each
set.seed(7)
sample <- data.frame(cluster = rep(1:12, each = 10), unit = 1:120, clusters = 80, files = 40)
sample$y <- rbinom(120, 1, rep(plogis(rnorm(12, -0.5, 1)), each = 10))
design <- svydesign(~cluster + unit, fpc = ~clusters + files, data = sample)
table <- anova(lm(y ~ factor(cluster), sample))
inside <- table["Residuals", "Mean Sq"]
between <- (table["factor(cluster)", "Mean Sq"] - inside) / 10
write(data.frame(clusters = 12, files = 120, all_clusters = 80, all_files = 3200, between = between, inside = inside,
  variance = as.numeric(vcov(svymean(~y, design)))), "sampling_clusters.csv")

# strata
data(api)
schools <- svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = apistrat)
strata <- data.frame(stratum = levels(apistrat$stype), size = as.numeric(tapply(apistrat$fpc, apistrat$stype, mean)),
  files = as.numeric(table(apistrat$stype)), spread = as.numeric(tapply(apistrat$api00, apistrat$stype, sd)))
strata$variance <- as.numeric(vcov(svymean(~api00, schools)))
write(strata, "sampling_strata.csv")

# draws
sizes <- list(a = c(80, 10, 5, 5), b = c(12, 40, 7, 21, 33, 9, 18, 5, 26, 14), c = c(300, 2, 9, 41, 17, 8, 250, 30, 66))
counts <- c(a = 2, b = 4, c = 5)
chances <- do.call(rbind, lapply(names(sizes), function(name)
  data.frame(case = name, drawn = counts[[name]], size = sizes[[name]],
    chance = inclusionprobabilities(sizes[[name]], counts[[name]]))))
free <- inclusionprobabilities(sizes$b, 4)
uniforms <- NULL; taken <- NULL
for (seed in 1:8) {
  set.seed(seed); start <- runif(1); set.seed(seed); along <- UPsystematic(free)
  set.seed(seed); u <- runif(4); set.seed(seed); one_by_one <- UPbrewer(free)
  uniforms <- rbind(uniforms, data.frame(seed = seed, start = start, u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4]))
  taken <- rbind(taken, data.frame(seed = seed, unit = seq_along(free), systematic = along, brewer = one_by_one))
}
write(chances, "sampling_chances.csv")
write(uniforms, "sampling_uniforms.csv")
write(taken, "sampling_taken.csv")
joint <- UPsystematicpi2(free)
write(data.frame(one = rep(1:10, 10), other = rep(1:10, each = 10), joint = as.vector(joint)), "sampling_joint.csv")

# median
median <- expand.grid(shape = c(0.8, 1, 1.6), follow = c(100, 300, 2000), over = c(0, 700))
median$days <- 400
spread <- function(m, k, follow, over) {
  if (follow + over <= m) return(Inf)
  open <- function(t) exp(-log(2) * (t / m)^k)
  hazard <- function(t) log(2) * k / m * (t / m)^(k - 1)
  seen <- function(t) if (over == 0) as.numeric(t <= follow) else pmin(1, pmax(0, (follow + over - t) / over))
  term <- function(t) hazard(t) / (open(t) * seen(t))
  cut <- min(follow, m)
  area <- integrate(term, 0, cut, rel.tol = 1e-11)$value
  if (cut < m) area <- area + integrate(term, cut, m, rel.tol = 1e-11)$value
  (0.5^2 * area) / (hazard(m) * 0.5 * m)^2
}
ended <- function(m, k, follow, over) {
  closed <- function(t) 1 - exp(-log(2) * (t / m)^k)
  if (over == 0) closed(follow) else integrate(closed, follow, follow + over, rel.tol = 1e-11)$value / over
}
median$curve <- mapply(spread, median$days, median$shape, median$follow, median$over)
median$ended <- mapply(ended, median$days, median$shape, median$follow, median$over)
write(median, "sampling_median.csv")
