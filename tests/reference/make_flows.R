# Delays of registration, right-truncated at a cut-off, and the share registered within each delay as survfit gives it
# in reversed time: a delay d of a case that started u days before the cut-off is seen when d <= u, so 60 - d is
# left-truncated at 60 - u. Run in this folder: Rscript make_flows.R
library(survival)
set.seed(17)
n <- 600
start <- sample(0:199, n, replace = TRUE)
delay <- floor(ifelse(runif(n) < 0.4, rexp(n, 1 / 25), rexp(n, 1 / 3)))
kept <- start + delay <= 199 & delay <= 60
rows <- data.frame(start = start[kept], delay = delay[kept])
write.csv(rows, "flows_delays.csv", row.names = FALSE)
longest <- 60
room <- pmin(199 - rows$start, longest)
# half a day of room, so that a delay as long as the room is at risk
fit <- survfit(Surv(longest - room - 0.5, longest - rows$delay, rep(1, nrow(rows))) ~ 1)
# P(delay <= j) is the survival of 60 - delay just before 60 - j, that is up to 60 - j - 1
days <- 0:(longest - 1)
share <- summary(fit, times = longest - days - 1, extend = TRUE)
found <- data.frame(day = longest - share$time - 1, share = share$surv)
found <- rbind(found, data.frame(day = longest, share = 1))
found <- found[order(found$day), ]
write.csv(format(found, digits = 15), "flows_delay_curve.csv", row.names = FALSE, quote = FALSE)
