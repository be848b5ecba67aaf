# Writes what tests/estimate/test_turnbull.py compares against.
#
#   Rscript make_turnbull.R              (run in this folder; needs survival)
#
#   turnbull_rows.csv      times of the teaching data `lung` (survival), every second one made as coarse as a month
#   turnbull_expected.csv  share that had ended by a day: `survfit` on interval data, which stops when the curve moves
#                          by less than 5e-5, and the same likelihood climbed with plain self-consistent steps to 1e-13

suppressMessages(library(survival))
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))

ended <- lung$status == 2
coarse <- seq_len(nrow(lung)) %% 2 == 0 & ended
low <- ifelse(coarse, lung$time %/% 30 * 30, ifelse(ended, lung$time - 1, lung$time))
high <- ifelse(coarse, low + 30, ifelse(ended, lung$time, NA))
rows <- aggregate(n ~ low + high + group, data.frame(low, high = ifelse(is.na(high), -1, high), group = lung$sex, n = 1), sum)
rows$high[rows$high < 0] <- NA
write.csv(data.frame(lapply(rows[c("group", "low", "high", "n")], number)), "turnbull_rows.csv", row.names = FALSE,
  quote = FALSE)

# an exact time of d days is (d - 1, d] in the rows and d itself for R
self_consistent <- function(l, r, points) {
  covers <- outer(l, points, "<") & outer(r, points, ">=")
  mass <- rep(1 / length(points), length(points))
  for (i in 1:1000000) {
    new <- mass * colMeans(covers / as.vector(covers %*% mass))
    moved <- max(abs(new - mass))
    mass <- new
    if (moved < 1e-13) break
  }
  mass
}

out <- list()
for (g in 1:2) {
  mine <- lung$sex == g
  l <- low[mine]; r <- high[mine]
  exact <- !is.na(r) & r - l == 1
  fit <- survfit(Surv(ifelse(exact, r, l), r, type = "interval2") ~ 1)
  # mass lies in innermost intervals; their right ends stand for them
  lefts <- sort(unique(l)); rights <- sort(unique(r[!is.na(r)]))
  left <- sapply(rights, function(x) max(lefts[lefts < x]))
  inner <- c(TRUE, left[-1] >= rights[-length(rights)])
  points <- c(rights[inner], Inf)
  mass <- self_consistent(l, ifelse(is.na(r), Inf, r), points)
  days <- c(30, 60, 90, 150, 180, 270, 360, 540, 720, 900)
  out[[g]] <- data.frame(group = g, day = days, survfit = 1 - summary(fit, times = days, extend = TRUE)$surv,
    ended = sapply(days, function(d) sum(mass[points <= d])),
    log_likelihood = sum(log(as.vector((outer(l, points, "<") & outer(ifelse(is.na(r), Inf, r), points, ">=")) %*% mass))))
}
expected <- do.call(rbind, out)
write.csv(data.frame(lapply(expected, number)), "turnbull_expected.csv", row.names = FALSE, quote = FALSE)
