# Writes what tests/estimate/test_reliability.py and test_ordered_answers.py compare against.
#
#   Rscript make_perceptions.R           (run in this folder; needs psych 2.2.9 and survey 4.1)
#
#   perceptions_rows.csv       answers: the data set `attitude` of R, and two made sets of five points
#   perceptions_scales.csv     alpha with Feldt's limits by psych::alpha, omega total of one factor by psych::omega
#   perceptions_items.csv      per item: item-rest correlation, alpha without it (psych::alpha), loading (psych::fa)
#   perceptions_groups.csv     two groups: Welch's t and its limits (stats::t.test), rank sum with ties (wilcox.test)
#   perceptions_means.csv      means with Student's limits by t.test
#   perceptions_design.csv, perceptions_design_means.csv
#                              made answers of a sample in clusters; means, their limits, and the difference of two
#                              groups with its p value, by the survey package

suppressMessages(library(psych))
options(digits = 17)

set.seed(348)
likert <- function(x) pmin(pmax(round(x), 1), 5)
made <- function(n, loads) {
  one <- rnorm(n)
  as.data.frame(sapply(loads, function(l) likert(3 + 1.2 * (l * one + sqrt(1 - l^2) * rnorm(n)))))
}
sets <- list(attitude = attitude, made = made(60, c(0.8, 0.7, 0.75, 0.6, 0.5, 0.3)), small = made(12, c(0.8, 0.7, 0.6, 0.7)))

rows <- list(); scales <- list(); items <- list()
for (name in names(sets)) {
  x <- sets[[name]]
  a <- alpha(x, warnings = FALSE, check.keys = FALSE)
  one <- fa(x, nfactors = 1, fm = "minres")
  u <- one$uniquenesses
  r <- cor(x)
  # psych stops its search early; the same misfit is followed to its minimum
  misfit <- function(l) { d <- r - l %o% l; diag(d) <- 0; sum(d^2) / 2 }
  slope <- function(l) { d <- r - l %o% l; diag(d) <- 0; as.vector(-2 * d %*% l) }
  found <- optim(as.vector(one$loadings), misfit, slope, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000))
  l <- found$par * sign(sum(found$par))
  limits <- alpha.ci(a$total$raw_alpha, nrow(x), ncol(x), digits = 17)
  total <- suppressMessages(suppressWarnings(omega(x, nfactors = 1, plot = FALSE)))$omega.tot
  rows[[name]] <- data.frame(set = name, person = rep(seq_len(nrow(x)), ncol(x)),
                             item = rep(seq_len(ncol(x)), each = nrow(x)), answer = unlist(x))
  scales[[name]] <- data.frame(set = name, alpha = a$total$raw_alpha, low = limits$lower.ci, high = limits$upper.ci,
                               mean_r = a$total$average_r, omega_psych = total, omega = 1 - sum(1 - l^2) / sum(r))
  items[[name]] <- data.frame(set = name, item = seq_len(ncol(x)), mean = a$item.stats$mean, sd = a$item.stats$sd,
                              rest = a$item.stats$r.drop, dropped = a$alpha.drop$raw_alpha, loading_psych = as.vector(one$loadings) * sign(sum(one$loadings)),
                              loading = l)
}
groups <- list(
  pain = list(c(1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1), c(3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4)),
  made = list(sets$made[1:25, 1], sets$made[26:60, 2]),
  apart = list(c(1, 1, 2, 2, 3), c(3, 4, 4, 5, 5, 5))
)
compared <- lapply(names(groups), function(name) {
  x <- groups[[name]][[1]]; y <- groups[[name]][[2]]
  t <- t.test(y, x); w <- wilcox.test(y, x, exact = FALSE)
  data.frame(set = name, x = paste(x, collapse = " "), y = paste(y, collapse = " "), difference = mean(y) - mean(x),
             low = t$conf.int[1], high = t$conf.int[2], p_value = t$p.value,
             effect = unname(w$statistic) / (length(x) * length(y)), p_wilcoxon = w$p.value)
})
means <- lapply(names(groups), function(name) {
  x <- groups[[name]][[2]]; t <- t.test(x, conf.level = 0.9)
  data.frame(set = name, x = paste(x, collapse = " "), mean = mean(x), low = t$conf.int[1], high = t$conf.int[2])
})
write.csv(do.call(rbind, rows), "perceptions_rows.csv", row.names = FALSE)
write.csv(do.call(rbind, scales), "perceptions_scales.csv", row.names = FALSE)
write.csv(do.call(rbind, items), "perceptions_items.csv", row.names = FALSE)
write.csv(do.call(rbind, compared), "perceptions_groups.csv", row.names = FALSE)
write.csv(do.call(rbind, means), "perceptions_means.csv", row.names = FALSE)

suppressMessages(library(survey))
set.seed(548)
people <- data.frame(cluster = rep(1:12, each = 6), stratum = rep(c("a", "b"), c(30, 42)),
                     weight = rep(c(1.5, 2, 1, 3, 2.5, 1), each = 12), group = rep(c("x", "y", "y"), 24))
people$score <- round(pmin(pmax(3 + rnorm(72) + rep(rnorm(12, sd = 0.6), each = 6) + 0.5 * (people$group == "y"), 1), 5), 2)
options(survey.lonely.psu = "adjust")
designs <- list(
  weights = svydesign(~1, weights = ~weight, data = people),
  clusters = svydesign(~cluster, data = people, weights = ~rep(1, 72)),
  both = svydesign(~cluster, strata = ~stratum, weights = ~weight, data = people)
)
by_design <- lapply(names(designs), function(name) {
  d <- designs[[name]]
  each <- svyby(~score, ~group, d, svymean, covmat = TRUE)
  df <- sapply(c("x", "y"), function(g) degf(subset(d, group == g)))
  reach <- qt(0.975, df) * SE(each)
  contrast <- svycontrast(each, c(x = -1, y = 1))
  error <- as.numeric(SE(contrast))
  data.frame(design = name, group = c("x", "y"), mean = coef(each), low = coef(each) - reach, high = coef(each) + reach,
             difference = as.numeric(coef(contrast)), p_value = 2 * pt(-abs(as.numeric(coef(contrast)) / error), degf(d)))
})
write.csv(people, "perceptions_design.csv", row.names = FALSE)
write.csv(do.call(rbind, by_design), "perceptions_design_means.csv", row.names = FALSE)
