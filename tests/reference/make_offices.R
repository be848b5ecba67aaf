# Writes the answers that tests/estimate/test_funnel_limits.py, test_overdispersion.py, test_standardise.py,
# test_shrinkage.py and test_age_standardise.py compare against.
#
#   Rscript make_offices.R        (run in this folder; needs lme4, VGAM, metafor)
#
#   offices_rows.csv      data, office, kind, successes, trials
#   offices_expected.csv  data, quantity, i, value: what R says
#
# surgical: deaths after heart surgery in babies, 12 hospitals, from the example "Surgical: institutional ranking" of
# the BUGS manual (Examples, volume 1). mixed: drawn here, 15 offices with three kinds of case.

suppressMessages({library(lme4); library(VGAM); library(metafor)})
lines <- list()
say <- function(data, quantity, value)
  lines[[length(lines) + 1]] <<- data.frame(data, quantity, i = seq_along(value) - 1,
                                            value = trimws(formatC(as.numeric(value), digits = 14, format = "g")))

surgical <- data.frame(office = 1:12, kind = 1, successes = c(0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24),
                       trials = c(47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360))
set.seed(20260)
mixed <- expand.grid(kind = 1:3, office = 1:15)
mixed$trials <- rpois(45, rep(c(60, 25, 10), 15)) + 1
mixed$successes <- rbinom(45, mixed$trials, plogis(c(-1.5, 0, 1)[mixed$kind] + rnorm(15, 0, 0.6)[mixed$office]))
write.csv(rbind(cbind(data = "surgical", surgical), cbind(data = "mixed", mixed[, names(surgical)])),
          "offices_rows.csv", row.names = FALSE, quote = FALSE)

# ---- limits of a funnel --------------------------------------------------------------------------------------------
sizes <- c(1, 2, 7, 10, 33, 100, 411, 1000, 2000, 5000)
lower <- function(n, target, tail) {
  r <- qbinom(tail, n, target)
  max(r - (pbinom(r, n, target) - tail) / dbinom(r, n, target), 0) / n
}
lower_spread <- function(n, target, tail, rho) {
  mass <- dbetabinom(0:n, n, prob = target, rho = rho)
  upto <- cumsum(mass); r <- which(upto >= tail)[1]
  max(r - 1 - (upto[r] - tail) / mass[r], 0) / n
}
for (target in c(0.07, 0.5, 0.9)) for (level in c(0.95, 0.998)) {
  name <- paste(target, level); tail <- (1 - level) / 2
  say(name, "low", sapply(sizes, lower, target, tail))
  say(name, "high", 1 - sapply(sizes, lower, 1 - target, tail))
  say(name, "low_spread", sapply(sizes[-10], lower_spread, target, tail, 0.01))
  say(name, "high_spread", 1 - sapply(sizes[-10], lower_spread, 1 - target, tail, 0.01))
}

# ---- overdispersion ------------------------------------------------------------------------------------------------
dispersion <- function(name, share, n, target) {
  z <- function(rho) (share - target) / sqrt(target * (1 - target) * (1 / n + rho * (1 - 1 / n)))
  drawn <- function(z, q) pmin(pmax(z, quantile(z, q)), quantile(z, 1 - q))
  for (q in c(0, 0.1)) {
    kept <- if (q == 0) 1 else integrate(function(x) pmin(abs(x), qnorm(1 - q))^2 * dnorm(x), -Inf, Inf, rel.tol = 1e-12)$value
    say(name, paste("phi", q), mean(drawn(z(0), q)^2))
    gap <- function(rho) sum(drawn(z(rho), q)^2) - (length(n) - 1) * kept
    say(name, paste("rho", q), if (gap(0) <= 0) 0 else uniroot(gap, c(0, 1), tol = 1e-14)$root)
  }
}
with(surgical, dispersion("surgical", successes / trials, trials, sum(successes) / sum(trials)))
# offices of one size: the mean of all is the pooled share, and metafor's Paule-Mandel estimate says the same
even <- c(12, 25, 31, 18, 40, 22, 9, 28, 35, 16)
say("even", "successes", even)
target <- mean(even / 100)
say("even", "tau2", rma(yi = even / 100, vi = rep(target * (1 - target) / 100, 10), method = "PM", control = list(tol = 1e-13))$tau2)

# ---- standardisation -----------------------------------------------------------------------------------------------
n <- matrix(mixed$trials, 15, byrow = TRUE); y <- matrix(mixed$successes, 15, byrow = TRUE)
p <- colSums(y) / colSums(n)
expected <- as.vector(n %*% p)
say("mixed", "expected", expected)
say("mixed", "ratio", rowSums(y) / expected)
for (side in c(-1, 1)) say("mixed", if (side < 0) "ratio_low" else "ratio_high", sapply(1:15, function(i) {
  mean_of <- function(d) sum(n[i, ] * plogis(qlogis(p) + d))
  score <- function(d) (sum(y[i, ]) - mean_of(d)) / sqrt(sum(n[i, ] * dlogis(qlogis(p) + d))) + side * qnorm(0.975)
  mean_of(uniroot(score, c(-10, 10), tol = 1e-13)$root) / expected[i]
}))
say("surgical", "wilson_low", sapply(1:12, function(i) prop.test(surgical$successes[i], surgical$trials[i], correct = FALSE)$conf.int[1]))
say("surgical", "wilson_high", sapply(1:12, function(i) prop.test(surgical$successes[i], surgical$trials[i], correct = FALSE)$conf.int[2]))
weights <- colSums(n) / sum(n)
say("mixed", "direct", as.vector((y / n) %*% weights))
wilson <- function(y, n, side) apply(cbind(y, n), 1, function(one) suppressWarnings(prop.test(one[1], one[2], correct = FALSE)$conf.int[side]))
for (side in 1:2) say("mixed", c("direct_low", "direct_high")[side], sapply(1:15, function(i) {
  own <- sum(weights * y[i, ] / n[i, ])
  own + c(-1, 1)[side] * sqrt(sum(weights^2 * (y[i, ] / n[i, ] - wilson(y[i, ], n[i, ], side))^2))
}))

# ---- partial pooling -----------------------------------------------------------------------------------------------
fit <- glmer(cbind(successes, trials - successes) ~ 1 + (1 | office), surgical, binomial, nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9)))
say("surgical", "glmer", c(fixef(fit), sqrt(VarCorr(fit)$office)))
mixed$offset <- qlogis(p)[mixed$kind]
fit <- glmer(cbind(successes, trials - successes) ~ 1 + offset(offset) + (1 | office), mixed, binomial, nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9)))
say("mixed", "glmer", c(fixef(fit), sqrt(VarCorr(fit)$office)))
fit <- vglm(cbind(successes, trials - successes) ~ 1, betabinomial, surgical, epsilon = 1e-12, maxit = 200)
say("surgical", "vglm", plogis(coef(fit)))

# Flat priors on mean and standard deviation (up to 3), by a random walk: nothing in common with a sum over a grid.
walk <- function(y, n, l, steps = 60000, thin = 5) {
  set.seed(4711); I <- nrow(n)
  like <- function(d) sapply(1:I, function(i) sum(dbinom(y[i, ], n[i, ], plogis(l + d[i]), log = TRUE)))
  d <- rep(0, I); m <- 0; s <- 0.4; now <- like(d); kept <- matrix(NA, steps / thin, I); spread <- numeric(steps / thin)
  for (step in 1:steps) {
    new <- d + rnorm(I, 0, 0.5); then <- like(new)
    go <- log(runif(I)) < then - now + dnorm(new, m, s, TRUE) - dnorm(d, m, s, TRUE)
    d[go] <- new[go]; now[go] <- then[go]
    m <- rnorm(1, mean(d), s / sqrt(I))
    ns <- abs(s + rnorm(1, 0, 0.2))
    if (ns < 3 && log(runif(1)) < sum(dnorm(d, m, ns, TRUE) - dnorm(d, m, s, TRUE))) s <- ns
    if (step %% thin == 0) { kept[step / thin, ] <- d; spread[step / thin] <- s }
  }
  list(d = kept[-(1:(nrow(kept) / 10)), ], s = spread[-(1:(length(spread) / 10))])
}
found <- walk(cbind(surgical$successes), cbind(surgical$trials), qlogis(sum(surgical$successes) / sum(surgical$trials)))
share <- plogis(found$d + qlogis(sum(surgical$successes) / sum(surgical$trials)))
say("surgical", "bayes_share", colMeans(share))
say("surgical", "bayes_share_sd", apply(share, 2, sd))
say("surgical", "bayes_spread", mean(found$s))
ranks <- t(apply(-share, 1, rank))
say("surgical", "rank_median", apply(ranks, 2, median))
say("surgical", "rank_low", apply(ranks, 2, quantile, 0.025, type = 1))
say("surgical", "rank_high", apply(ranks, 2, quantile, 0.975, type = 1))

# ---- rates of a population -----------------------------------------------------------------------------------------
# The gamma limits of Fay and Feuer (1997), written out with qgamma.
gamma_limits <- function(count, population, standard, level = 0.95) {
  w <- standard / sum(standard) / population
  rate <- sum(w * count); v <- sum(w^2 * count); top <- max(w); a <- (1 - level) / 2
  c(rate, if (rate == 0) 0 else qgamma(a, rate^2 / v, scale = v / rate),
    qgamma(1 - a, (rate + top)^2 / (v + top^2), scale = (v + top^2) / (rate + top)))
}
say("ages", "count", c(3, 12, 0, 7)); say("ages", "population", c(5200, 8100, 900, 2300)); say("ages", "standard", c(30, 40, 20, 10))
say("ages", "direct", gamma_limits(c(3, 12, 0, 7), c(5200, 8100, 900, 2300), c(30, 40, 20, 10)))
say("ages", "direct_none", gamma_limits(c(0, 0, 0, 0), c(5200, 8100, 900, 2300), c(30, 40, 20, 10)))
for (x in c(0, 1, 9, 250)) say("poisson", paste(x), poisson.test(x, 10)$conf.int)

say("versions", paste("R", getRversion(), "lme4", packageVersion("lme4"), "VGAM", packageVersion("VGAM"), "metafor", packageVersion("metafor")), 0)
write.csv(do.call(rbind, lines), "offices_expected.csv", row.names = FALSE, quote = FALSE)
