# Quantiles of plain samples (definition 2) with limits from order statistics by the binomial distribution, and times
# of a small table of detentions and warrants. R 4.2, survival.
library(survival)
samples <- list(c(3, 1, 4, 15, 9, 2, 6, 5, 35, 8), c(60, 72, 72, 96, 120, 120, 120, 180, 240, 240, 300, 300, 360),
                c(24, 36, 36, 48, 48, 48, 60, 72, 84, 96, 120, 132, 144, 180, 180, 200, 216, 240, 250, 264, 276, 300, 312))
rows <- list()
for (s in samples) for (p in c(0.25, 0.5, 0.75)) for (level in c(0.9, 0.95, 0.99)) {
  n <- length(s); x <- sort(s); tail <- (1 - level) / 2
  low <- sum(pbinom(0:n, n, p) <= tail); high <- sum(pbinom(0:n, n, p) < 1 - tail) + 1
  rows[[length(rows) + 1]] <- data.frame(values = paste(s, collapse = " "), p = p, level = level,
    estimate = quantile(s, p, type = 2, names = FALSE), conf_low = if (low >= 1) x[low] else NA,
    conf_high = if (high <= n) x[high] else NA)
}
write.csv(do.call(rbind, rows), "outcomes_quantiles.csv", row.names = FALSE, quote = FALSE)

# days observed; 0 still running, 1 the ending asked for, 2 another one
days <- c(20, 45, 45, 60, 90, 120, 120, 150, 200, 260, 300, 400, 400, 500, 640, 700)
code <- c(1, 1, 0, 2, 1, 1, 0, 1, 2, 1, 0, 1, 1, 0, 1, 0)
write.csv(data.frame(days, code), "outcomes_times.csv", row.names = FALSE)
any <- survfit(Surv(days, code > 0) ~ 1, conf.type = "log-log")
q <- quantile(any, c(0.25, 0.5, 0.75))
told <- data.frame(what = "ended", at = c(0.25, 0.5, 0.75), estimate = as.numeric(q$quantile),
                   conf_low = as.numeric(q$lower), conf_high = as.numeric(q$upper))
horizons <- c(90, 180, 365)
many <- survfit(Surv(days, factor(code, 0:2)) ~ 1, conf.type = "log-log")
s <- summary(many, times = horizons); k <- which(many$states == "1")
share <- data.frame(what = "executed", at = horizons, estimate = s$pstate[, k], conf_low = s$lower[, k],
                    conf_high = s$upper[, k])
one <- summary(any, times = horizons)
open <- data.frame(what = "running", at = horizons, estimate = one$surv, conf_low = one$lower, conf_high = one$upper)
write.csv(format(rbind(told, share, open), digits = 15), "outcomes_expected.csv", row.names = FALSE, quote = FALSE)

# a ratio of totals over independent units: paid over ordered
suppressMessages(library(survey))
ordered <- c(1000, 3000, 2000, 500.1, 8000, 1500); paid <- c(1000, 1200, 0, 500.1, 0, 1500)
design <- svydesign(ids = ~1, data = data.frame(ordered, paid), weights = ~1)
r <- svyratio(~paid, ~ordered, design); limits <- confint(r, df = length(paid) - 1)
write.csv(format(data.frame(estimate = coef(r)[[1]], std_error = SE(r)[[1]], conf_low = limits[1], conf_high = limits[2]),
  digits = 15), "outcomes_ratio.csv", row.names = FALSE, quote = FALSE)
