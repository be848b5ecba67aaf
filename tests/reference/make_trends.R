# Control limits of p, u and Laney charts, with and without seasons, from their formulas in base R.
# Writes trends_charts.csv. Rows: a chart's name, period, numerator, denominator, base (1 or 0), season, and what R says.
# Series: orange juice and purchase orders (Montgomery 2009, tables 7.1 and 7.4), circuit boards (table 7.7), and two
# made ones (set.seed) with seasons and with more variation than chance.

d2 <- 2 / sqrt(pi)

chart <- function(name, y, n, base = rep(TRUE, length(y)), season = rep(0, length(y)), kind = "p", laney = FALSE) {
  pooled <- tapply(y[base], season[base], sum) / tapply(n[base], season[base], sum)
  centre <- as.numeric(pooled[as.character(season)])
  sigma <- if (kind == "p") sqrt(centre * (1 - centre) / n) else sqrt(centre / n)
  z <- (y / n - centre) / sigma
  spread <- if (laney) max(mean(abs(diff(z[base]))) / d2, 1) else 1
  lower <- pmax(centre - 3 * spread * sigma, 0)
  upper <- centre + 3 * spread * sigma
  if (kind == "p") upper <- pmin(upper, 1)
  data.frame(chart = name, kind = kind, laney = as.integer(laney), period = seq_along(y), numerator = y, denominator = n,
             base = as.integer(base), season = season, centre = centre, spread = spread, lower = lower, upper = upper, z = z)
}

juice <- c(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6)
orders <- c(12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9)
order_n <- c(100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100, 90, 90)
boards <- c(21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15)

set.seed(20261122)
quarters <- rep(0:3, 6)
n <- 80 + 5 * (1:24)
y_season <- rbinom(24, n, c(0.2, 0.3, 0.25, 0.15)[quarters + 1])
y_wild <- rbinom(24, n, pmin(pmax(0.25 + rnorm(24, 0, 0.12), 0), 1))
days <- rep(c(90, 91, 92, 92), 6)
counts <- rpois(24, days * 0.7 * rgamma(24, 20, 20))
first <- 1:24 <= 16

all <- rbind(
  chart("juice", juice, rep(50, 30)),
  chart("juice_without_15_23", juice, rep(50, 30), base = !(1:30 %in% c(15, 23))),
  chart("orders", orders, order_n),
  chart("boards", boards, rep(1, 26), kind = "u"),
  chart("season", y_season, n, season = quarters),
  chart("season_base", y_season, n, base = first, season = quarters),
  chart("laney_p", y_wild, n, laney = TRUE),
  chart("laney_p_season", y_wild, n, season = quarters, laney = TRUE),
  chart("laney_u", counts, days, kind = "u", laney = TRUE),
  chart("laney_u_base", counts, days, base = first, kind = "u", laney = TRUE)
)
all[] <- lapply(all, function(one) if (is.double(one)) format(one, digits = 15, trim = TRUE) else one)
write.csv(all, "trends_charts.csv", row.names = FALSE, quote = FALSE)
