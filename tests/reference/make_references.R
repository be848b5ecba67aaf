# Writes the counts and the published-software answers that tests/estimate compares against.
#
#   Rscript make_references.R            (run in this folder; needs survival, cmprsk, etm)
#
# Two kinds of file leave:
#   counts_<data>.csv    endings by cause, censorings and delayed entries per group and day (aggregated counts only)
#   expected_*.csv       what R says about them; an empty cell is R's NA
# The data are mgus2 (survival) and abortion (etm), which are teaching data of those packages, and random small sets
# with heavy ties that are drawn here.

suppressMessages({library(survival); library(cmprsk); library(etm)})
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
scales <- c("log-log", "log", "plain")

# ---- rows -> counts ------------------------------------------------------------------------------------------------
# rows: group, entry (-1 = observed from the start), exit, cause (0 = censored, 1..K), weight
count_rows <- function(rows, causes, days = sort(unique(c(rows$exit, rows$entry[rows$entry >= 0])))) {
  stopifnot(all(rows$entry < rows$exit))  # Surv() turns entry >= exit into NA: such rows must be left out beforehand
  grid <- expand.grid(day = days, group = unique(rows$group), stringsAsFactors = FALSE)[, 2:1]
  add <- function(keep, at) mapply(function(g, d) sum(rows$weight[keep & rows$group == g & at == d]), grid$group, grid$day)
  for (k in seq_len(causes)) grid[[paste0("ended_", k)]] <- add(rows$cause == k, rows$exit)
  grid$censored <- add(rows$cause == 0, rows$exit)
  grid$entered <- add(rows$entry >= 0, rows$entry)
  grid
}

write_table <- function(table, name) {
  text <- lapply(table, function(x) if (is.numeric(x)) number(x) else as.character(x))
  write.csv(as.data.frame(text), name, row.names = FALSE, quote = FALSE)
}

# ---- reading R's curves on chosen days -----------------------------------------------------------------------------
on_days <- function(times, values, days) {
  at <- findInterval(days, times)
  values[ifelse(at == 0, NA, at)]
}

surv_of <- function(rows, status) {
  if (all(rows$entry < 0)) Surv(rows$exit, status) else Surv(rows$entry, rows$exit, status)
}

kaplan_meier <- function(data, rows, days) {
  out <- list()
  for (g in unique(rows$group)) for (scale in scales) {
    r <- rows[rows$group == g, ]
    fit <- survfit(surv_of(r, r$cause > 0) ~ 1, conf.type = scale)
    seen <- days[days >= min(fit$time)]
    se <- summary(fit, censored = TRUE)$std.err
    read <- function(v) on_days(fit$time, v, seen)
    out[[length(out) + 1]] <- data.frame(data = data, group = g, limits = scale, day = seen, survival = read(fit$surv),
      std_error = read(se), conf_low = read(fit$lower), conf_high = read(fit$upper))
  }
  do.call(rbind, out)
}

median_table <- function(data, rows, p = c(.1, .25, .5, .75, .9)) {
  out <- list()
  for (g in unique(rows$group)) for (scale in scales) {
    r <- rows[rows$group == g, ]
    q <- quantile(survfit(surv_of(r, r$cause > 0) ~ 1, conf.type = scale), p)
    out[[length(out) + 1]] <- data.frame(data = data, group = g, limits = scale, probability = p,
      estimate = q$quantile, conf_low = q$lower, conf_high = q$upper)
  }
  do.call(rbind, out)
}

# survfit, everybody observed from the start: its infinitesimal jackknife is then the multinomial Greenwood variance
incidence_survfit <- function(data, rows, causes, days) {
  out <- list()
  for (g in unique(rows$group)) for (scale in scales) {
    r <- rows[rows$group == g, ]
    fit <- survfit(Surv(r$exit, factor(r$cause, 0:causes)) ~ 1, conf.type = scale)
    seen <- days[days >= min(fit$time)]
    for (k in seq_len(causes)) {
      read <- function(v) on_days(fit$time, v[, k + 1], seen)
      out[[length(out) + 1]] <- data.frame(data = data, group = g, source = "survfit", limits = scale, cause = k, day = seen,
        incidence = read(fit$pstate), std_error = read(fit$std.err), conf_low = read(fit$lower), conf_high = read(fit$upper))
    }
  }
  do.call(rbind, out)
}

incidence_cmprsk <- function(data, rows, causes, days) {
  out <- list()
  for (g in unique(rows$group)) {
    r <- rows[rows$group == g, ]
    if (all(r$cause == 0)) next  # cuminc refuses
    fit <- cuminc(r$exit, r$cause)
    for (k in seq_len(causes)) {
      one <- fit[[paste("1", k)]]
      if (is.null(one)) next  # no such ending in this group
      seen <- days[days >= min(r$exit) & days <= max(one$time)]
      out[[length(out) + 1]] <- data.frame(data = data, group = g, source = "cmprsk", limits = "", cause = k, day = seen,
        incidence = on_days(one$time, one$est, seen), std_error = sqrt(on_days(one$time, one$var, seen)), conf_low = NA, conf_high = NA)
    }
  }
  do.call(rbind, out)
}

# etm: Aalen-Johansen with the Greenwood covariance, with or without delayed entry
incidence_etm <- function(data, rows, causes, days) {
  out <- list()
  moves <- matrix(FALSE, causes + 1, causes + 1)
  moves[1, -1] <- TRUE
  for (g in unique(rows$group)) {
    r <- rows[rows$group == g, ]
    frame <- data.frame(id = seq_len(nrow(r)), from = "0", to = ifelse(r$cause == 0, "cens", as.character(r$cause)),
      entry = r$entry + 2, exit = r$exit + 2)  # etm starts at day 0, open to the left
    fit <- etm(frame, as.character(0:causes), moves, "cens", 0, covariance = TRUE)
    for (k in seq_len(causes)) {
      move <- paste("0", k)
      seen <- days[days >= min(fit$time) - 2]
      read <- function(v) on_days(fit$time - 2, v, seen)
      out[[length(out) + 1]] <- data.frame(data = data, group = g, source = "etm", limits = "", cause = k, day = seen,
        incidence = read(fit$est["0", as.character(k), ]), std_error = read(sqrt(fit$cov[move, move, ])), conf_low = NA, conf_high = NA)
    }
  }
  do.call(rbind, out)
}

# ---- data ----------------------------------------------------------------------------------------------------------
months <- ifelse(mgus2$pstat == 0, mgus2$futime, mgus2$ptime)
cause <- ifelse(mgus2$pstat == 0, 2 * mgus2$death, 1)  # 1 = plasma cell malignancy, 2 = death before it
mgus <- data.frame(group = as.character(mgus2$sex), entry = -1, exit = months, cause = cause, weight = 1)

aged <- mgus2$age >= 50
by_age <- data.frame(group = as.character(mgus2$sex), entry = mgus2$age,
  exit = pmax(mgus2$age + 1, mgus2$age + ceiling(months / 12) + (months == 0)), cause = as.numeric(cause > 0), weight = 1)[aged, ]

data(abortion)
pregnancies <- data.frame(group = as.character(abortion$group), entry = abortion$entry, exit = abortion$exit,
  cause = abortion$cause, weight = 1)

# small sets with heavy ties on days 0..9: 30 observed from the start, 20 with delayed entry, and the corners
set.seed(20120725)
draw <- function(name, delayed) {
  n <- sample(if (delayed) 15:30 else 2:12, 1)
  exit <- sample(0:9, n, replace = TRUE)
  entry <- if (delayed) sample(-1:7, n, replace = TRUE) else rep(-1, n)
  drawn <- data.frame(group = name, entry = entry, exit = exit, cause = sample(0:2, n, replace = TRUE), weight = 1)
  drawn[drawn$entry < drawn$exit, ]  # an entry not before the exit is never at risk
}
corner <- function(name, exit, cause) data.frame(group = name, entry = -1, exit = exit, cause = cause, weight = 1)
small <- do.call(rbind, c(lapply(1:30, function(i) draw(sprintf("start_%02d", i), FALSE)), list(
  corner("all_still_open", c(2, 5, 5, 9), c(0, 0, 0, 0)), corner("all_end_on_day_0", c(0, 0, 0), c(1, 2, 1)),
  corner("some_end_on_day_0", c(0, 0, 3, 4, 9), c(1, 0, 2, 1, 0)), corner("one_unit", 4, 1),
  corner("all_end_on_one_day", c(6, 6, 6, 6), c(1, 1, 2, 2)), corner("flat_at_half", c(1, 2, 5, 8), c(1, 2, 0, 0)),
  corner("flat_at_half_then_down", c(1, 2, 6, 8), c(1, 2, 1, 0)))))
late <- do.call(rbind, lapply(1:20, function(i) draw(sprintf("late_%02d", i), TRUE)))
weighted <- do.call(rbind, lapply(1:5, function(i) draw(sprintf("weighted_%d", i), i > 2)))
weighted$weight <- round(runif(nrow(weighted), .2, 4), 3)

# ---- out -----------------------------------------------------------------------------------------------------------
every_day <- 0:9
write_table(count_rows(mgus, 2), "counts_mgus2.csv")
write_table(count_rows(by_age, 1), "counts_mgus2_age.csv")
write_table(count_rows(pregnancies, 3), "counts_abortion.csv")
write_table(count_rows(small, 2, every_day), "counts_small.csv")
write_table(count_rows(late, 2, every_day), "counts_late.csv")
write_table(count_rows(weighted, 2, every_day), "counts_weighted.csv")

some_months <- c(1, seq(12, 420, 12), max(months))
ages <- 50:105
write_table(rbind(kaplan_meier("mgus2", mgus, some_months), kaplan_meier("mgus2_age", by_age, ages),
  kaplan_meier("abortion", pregnancies, sort(unique(pregnancies$exit))), kaplan_meier("small", small, every_day),
  kaplan_meier("late", late, every_day)), "expected_survival.csv")
write_table(rbind(incidence_survfit("mgus2", mgus, 2, some_months), incidence_cmprsk("mgus2", mgus, 2, some_months),
  incidence_etm("mgus2", mgus, 2, some_months), incidence_etm("abortion", pregnancies, 3, sort(unique(pregnancies$exit))),
  incidence_survfit("small", small, 2, every_day), incidence_cmprsk("small", small, 2, every_day),
  incidence_etm("late", late, 2, every_day)), "expected_incidence.csv")
write_table(rbind(median_table("mgus2", mgus), median_table("mgus2_age", by_age), median_table("abortion", pregnancies),
  median_table("small", small), median_table("late", late)), "expected_quantiles.csv")

points <- do.call(rbind, lapply(unique(weighted$group), function(g) {
  r <- weighted[weighted$group == g, ]
  fit <- survfit(surv_of(r, r$cause > 0) ~ 1, weights = weight, data = r)
  seen <- every_day[every_day >= min(fit$time)]
  data.frame(data = "weighted", group = g, day = seen, survival = on_days(fit$time, fit$surv, seen))
}))
write_table(points, "expected_weighted.csv")

version_of <- function(name) data.frame(software = name, version = as.character(packageVersion(name)))
write.csv(rbind(data.frame(software = "R", version = as.character(getRversion())), version_of("survival"),
  version_of("cmprsk"), version_of("etm")), "versions.csv", row.names = FALSE, quote = FALSE)
