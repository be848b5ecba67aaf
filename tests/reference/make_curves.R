# Writes the counts and the published-software answers for curves, means and tests of tests/estimate.
#
#   Rscript make_curves.R            (run in this folder; needs survival, cmprsk, riskRegression, carData, KMsurv, etm)
#
#   curves_counts.csv        endings by cause, censorings and delayed entries per data set, stratum, group and day
#   curves_*.csv             what R says about them; an empty cell is R's NA
#
# Teaching data of those packages, as aggregated counts only, and random small sets with heavy ties drawn here.

suppressMessages({library(survival); library(cmprsk); library(etm)})
data(Melanoma, package = "riskRegression"); data(Rossi, package = "carData"); data(kidney, package = "KMsurv")
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
write_table <- function(rows, name) {
  rows <- if (is.data.frame(rows)) rows else do.call(rbind, rows)
  write.csv(as.data.frame(lapply(rows, function(x) if (is.numeric(x)) number(x) else as.character(x))), name,
    row.names = FALSE, quote = FALSE)
}
rows_of <- function(group, exit, cause, stratum = 1, entry = -1) {
  rows <- data.frame(stratum = as.character(stratum), group = as.character(group), entry, exit, cause)
  rows <- rows[complete.cases(rows), ]
  rows[rows$entry < rows$exit, ]
}

# ---- data ----------------------------------------------------------------------------------------------------------
months <- ifelse(mgus2$pstat == 0, mgus2$futime, mgus2$ptime)
cause <- ifelse(mgus2$pstat == 0, 2 * mgus2$death, 1)
age_band <- cut(mgus2$age, c(0, 65, 75, 200), labels = FALSE)
death <- colon[colon$etype == 2, ]
set.seed(20240101)
n_heavy <- 100000  # 10,000 ties on a day, four groups, three causes, one group without cause 3
heavy <- data.frame(group = sample(1:4, n_heavy, TRUE, c(.4, .3, .2, .1)), exit = 10 * sample(0:9, n_heavy, TRUE, 10:1))
heavy$cause <- ifelse(runif(n_heavy) < .3, 0, sample(1:3, n_heavy, TRUE, c(.5, .3, .2)))
heavy$cause[heavy$group == 4 & heavy$cause == 3] <- 2
small <- do.call(rbind, lapply(1:25, function(i) {
  n <- sample(8:24, 1)
  data.frame(set = sprintf("small_%02d", i), group = c(1:3, sample(1:3, n - 3, TRUE)), exit = sample(0:7, n, TRUE),
    cause = c(1, 2, sample(0:2, n - 2, TRUE)), stratum = sample(1:2, n, TRUE))
}))
data(abortion)
sets <- list(
  mgus2 = rows_of(mgus2$sex, months, cause, age_band),
  mgus2_age = rows_of(age_band, months, cause, mgus2$sex),
  pbc = rows_of(pbc$trt, pbc$time, pbc$status, pbc$edema),
  pbc_stage = rows_of(pbc$stage, pbc$time, pbc$status, pbc$sex),
  veteran = rows_of(veteran$celltype, veteran$time, veteran$status, veteran$trt),
  colon = rows_of(death$rx, death$time, death$status, death$sex),
  rossi = rows_of(Rossi$fin, Rossi$week, Rossi$arrest, Rossi$race),
  melanoma = rows_of(Melanoma$ulcer, Melanoma$time, Melanoma$status, Melanoma$sex),
  melanoma_invasion = rows_of(Melanoma$invasion, Melanoma$time, Melanoma$status, Melanoma$sex),
  kidney = rows_of(kidney$type, round(10 * kidney$time), kidney$delta),
  heart = rows_of(heart$transplant, 2 * heart$stop, heart$event, heart$surgery, 2 * heart$start),
  abortion = rows_of(abortion$group, abortion$exit, abortion$cause, 1, abortion$entry),
  heavy = rows_of(heavy$group, heavy$exit, heavy$cause))
for (one in unique(small$set)) sets[[one]] <- with(small[small$set == one, ], rows_of(group, exit, cause, stratum))
causes_of <- function(rows) max(rows$cause)

counts <- lapply(names(sets), function(name) {
  rows <- sets[[name]]
  one <- function(day, what) data.frame(data = name, stratum = rows$stratum, group = rows$group, day, what, n = 1)
  all <- rbind(one(rows$exit, paste0("ended_", rows$cause)), one(rows$entry, "entered")[rows$entry >= 0, ])
  all$what[all$what == "ended_0"] <- "censored"
  aggregate(n ~ data + stratum + group + day + what, all, sum)
})
write_table(counts, "curves_counts.csv")

late <- function(rows) any(rows$entry >= 0)
surv_of <- function(rows, status) if (late(rows)) Surv(rows$entry, rows$exit, status) else Surv(rows$exit, status)
on_days <- function(times, values, days) { at <- findInterval(days, times); values[ifelse(at == 0, NA, at)] }
some_days <- function(rows) {
  days <- sort(unique(rows$exit))
  unique(days[round(seq(1, length(days), length.out = min(12, length(days))))])
}
each_group <- function(rows, f) do.call(rbind, lapply(unique(rows$group), function(g) f(g, rows[rows$group == g, ])))

# ---- Kaplan-Meier with arcsine limits, and both cumulative hazards -------------------------------------------------
curves <- lapply(names(sets), function(name) each_group(sets[[name]], function(g, r) {
  fit <- survfit(surv_of(r, r$cause > 0) ~ 1, conf.type = "arcsin")
  robust <- if (late(r)) NULL else survfit(surv_of(r, r$cause > 0) ~ 1, robust = TRUE)
  days <- some_days(r); read <- function(v) on_days(fit$time, v, days)
  data.frame(data = name, group = g, day = days, survival = read(fit$surv), std_error = read(summary(fit, censored = TRUE)$std.err),
    conf_low = read(fit$lower), conf_high = read(fit$upper), hazard = read(fit$cumhaz), poisson = read(fit$std.chaz),
    binomial = if (is.null(robust)) NA else read(robust$std.chaz))
}))
write_table(curves, "curves_survival.csv")

incidences <- lapply(names(sets)[!sapply(sets, late)], function(name) each_group(sets[[name]], function(g, r) {
  k <- causes_of(sets[[name]])
  if (all(r$cause == 0)) return(NULL)
  fit <- survfit(Surv(r$exit, factor(r$cause, 0:k)) ~ 1); days <- some_days(r)
  other <- cuminc(r$exit, r$cause)
  do.call(rbind, lapply(seq_len(k), function(one) {
    read <- function(v) on_days(fit$time, v[, one + 1], days)
    c1 <- other[[paste("1", one)]]
    last <- if (is.null(c1)) -1 else max(c1$time)
    data.frame(data = name, group = g, cause = one, day = days, incidence = read(fit$pstate), std_error = read(fit$std.err),
      counting = ifelse(days > last, NA, if (is.null(c1)) NA else sqrt(on_days(c1$time, c1$var, days))),
      hazard = if (sum(r$cause == one) == 0) 0 else on_days(fit$time, as.matrix(fit$cumhaz)[, sum(sapply(seq_len(one), function(x) any(r$cause == x)))], days))
  }))
}))
write_table(incidences, "curves_incidence.csv")

# ---- restricted means ----------------------------------------------------------------------------------------------
# the standard error of the time lost is the infinitesimal jackknife: the sum of squared influences of the rows
horizons <- function(rows) { days <- sort(unique(rows$exit)); unique(ceiling(c(quantile(days, c(.3, .8)), max(days) + 5))) }
means <- lapply(names(sets), function(name) each_group(sets[[name]], function(g, r) do.call(rbind, lapply(horizons(r), function(h) {
  fit <- survfit(surv_of(r, r$cause > 0) ~ 1)
  row <- summary(fit, rmean = h)$table
  open <- data.frame(data = name, group = g, horizon = h, state = 0, estimate = row[["rmean"]], std_error = row[["se(rmean)"]])
  k <- causes_of(sets[[name]])
  if (late(r) || k < 2 || all(r$cause == 0) || nrow(r) > 2000) return(open)
  multi_rows <<- data.frame(exit = r$exit, state = factor(r$cause, 0:k), id = seq_len(nrow(r)))
  multi <- survfit(Surv(exit, state) ~ 1, data = multi_rows, id = id)
  lost <- summary(multi, rmean = h)$table[, "rmean"]
  influence <- residuals(multi, times = h, type = "auc")
  rbind(open, data.frame(data = name, group = g, horizon = h, state = seq_len(k), estimate = lost[-1],
    std_error = sqrt(apply(influence, 2, function(x) sum(x^2)))[-1]))
}))))
write_table(means, "curves_means.csv")

# ---- curves after s days (survfit keeps what happens on its start.time) -------------------------------------------------------------------------------------------
conditional <- lapply(c("mgus2", "melanoma", "pbc", "rossi"), function(name) each_group(sets[[name]], function(g, r) {
  s <- sort(unique(r$exit))[length(unique(r$exit)) %/% 4]
  fit <- survfit(Surv(exit, cause > 0) ~ 1, data = r, start.time = s + .5, conf.type = "log-log")
  rest <- r[r$exit > s, ]
  again <- survfit(Surv(exit, factor(cause, 0:causes_of(sets[[name]]))) ~ 1, data = rest)
  days <- some_days(rest)
  data.frame(data = name, group = g, lasted = s, day = days, survival = on_days(fit$time, fit$surv, days),
    std_error = on_days(fit$time, summary(fit, censored = TRUE)$std.err, days), conf_low = on_days(fit$time, fit$lower, days),
    conf_high = on_days(fit$time, fit$upper, days), incidence = if (causes_of(sets[[name]]) > 1) on_days(again$time, again$pstate[, 2], days) else NA,
    incidence_error = if (causes_of(sets[[name]]) > 1) on_days(again$time, again$std.err[, 2], days) else NA)
}))
write_table(conditional, "curves_conditional.csv")

# ---- log-rank family -----------------------------------------------------------------------------------------------
# survdiff where it can; the score test of the exact partial likelihood under late entry and for trends
tests <- list()
add <- function(...) tests[[length(tests) + 1]] <<- data.frame(...)
score_of <- function(rows, x, stratified) {
  fit <- if (stratified) coxph(surv_of(rows, rows$cause > 0) ~ x + strata(rows$stratum), ties = "exact", control = coxph.control(iter.max = 0))
    else coxph(surv_of(rows, rows$cause > 0) ~ x, ties = "exact", control = coxph.control(iter.max = 0))
  fit$score
}
for (name in names(sets)) for (stratified in c(FALSE, TRUE)) {
  r <- sets[[name]]
  if (length(unique(r$group)) < 2 || (stratified && length(unique(r$stratum)) < 2)) next
  st <- as.integer(stratified)
  if (!late(r)) for (rho in c(0, 1, .5)) {
    d <- if (stratified) survdiff(Surv(exit, cause > 0) ~ group + strata(stratum), r, rho = rho) else survdiff(Surv(exit, cause > 0) ~ group, r, rho = rho)
    add(data = name, test = "survdiff", stratified = st, p = rho, q = 0, chi_square = d$chisq, degrees = length(d$n) - 1)
  }
  if (nrow(r) < 1000 && max(table(r$exit[r$cause > 0])) <= 8) {  # the exact likelihood takes hours with more
    add(data = name, test = "trend", stratified = st, p = 0, q = 0, chi_square = score_of(r, as.integer(factor(r$group)), stratified), degrees = 1)
    if (late(r)) add(data = name, test = "exact", stratified = st, p = 0, q = 0, chi_square = score_of(r, factor(r$group), stratified),
      degrees = length(unique(r$group)) - 1)
  }
}
# Mantel-Haenszel's test over one table (group by ended or not) for each day, for late entries too
over_days <- function(rows) {
  days <- sort(unique(rows$exit[rows$cause > 0])); groups <- sort(unique(rows$group)); cells <- list()
  for (s in unique(rows$stratum)) for (d in days) {
    at <- rows[rows$stratum == s & rows$entry < d & rows$exit >= d, ]
    ended <- table(factor(at$group, groups), factor(at$exit == d & at$cause > 0, c(TRUE, FALSE)))
    if (sum(ended) > 1) cells[[length(cells) + 1]] <- ended
  }
  mantelhaen.test(array(unlist(cells), c(length(groups), 2, length(cells))), correct = FALSE)
}
for (name in c("heart", "abortion", "veteran", "rossi", "kidney", "pbc_stage")) {
  for (stratified in c(FALSE, TRUE)) {
    r <- sets[[name]]
    if (stratified && length(unique(r$stratum)) < 2) next
    if (!stratified) r$stratum <- "1"
    m <- over_days(r)
    add(data = name, test = "mantel_haenszel", stratified = as.integer(stratified), p = 0, q = 0, chi_square = m$statistic, degrees = m$parameter)
  }
}
write_table(tests, "curves_tests.csv")

# ---- Gray ----------------------------------------------------------------------------------------------------------
gray <- list()
for (name in names(sets)) for (stratified in c(FALSE, TRUE)) for (rho in c(0, 1, .5)) {
  r <- sets[[name]]
  if (late(r) || causes_of(r) < 2 || (stratified && length(unique(r$stratum)) < 2)) next
  fit <- try(if (stratified) cuminc(r$exit, r$cause, r$group, strata = r$stratum, rho = rho) else cuminc(r$exit, r$cause, r$group, rho = rho), silent = TRUE)
  if (inherits(fit, "try-error") || is.null(fit$Tests)) next
  gray[[length(gray) + 1]] <- data.frame(data = name, stratified = as.integer(stratified), rho = rho, cause = rownames(fit$Tests),
    chi_square = fit$Tests[, 1], p_value = fit$Tests[, 2], degrees = fit$Tests[, 3])
}
write_table(gray, "curves_gray.csv")

# ---- families of p values ------------------------------------------------------------------------------------------
p <- c(.001, .04, NA, .03, .2, .8, .0101, .04, 0, 1)
write_table(data.frame(p = p, holm = p.adjust(p, "holm"), benjamini_hochberg = p.adjust(p, "BH")), "curves_adjusted.csv")

version_of <- function(name) data.frame(software = name, version = as.character(packageVersion(name)))
write.csv(do.call(rbind, lapply(c("survival", "cmprsk", "etm", "riskRegression", "carData", "KMsurv"), version_of)),
  "curves_versions.csv", row.names = FALSE, quote = FALSE)
