# Writes what tests/estimate/test_robust*.py and test_finegray*.py compare against.
#
#   Rscript make_finegray.R            (run in this folder; needs survival, cmprsk, riskRegression, survey)
#
#   finegray_rows_<data>.csv    teaching data of those packages in simple columns, with drawn weights and clusters
#   finegray_robust.csv         curves and means with robust standard errors, survfit and its influence residuals
#   finegray_influence.csv      the same from the influence of each row, with covariances between first and last group
#   finegray_svykm.csv          a stratified sample of clusters
#   finegray_models.csv         subdistribution hazards models; finegray_baseline.csv, what they predict
#   finegray_cause_specific.csv predictions of a multi-state coxph
# An empty cell is R's NA.

suppressMessages({library(survival); library(cmprsk); library(riskRegression); library(survey)})
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
write_table <- function(table, name) {
  text <- lapply(table, function(x) if (is.numeric(x)) number(x) else as.character(x))
  write.csv(as.data.frame(text), name, row.names = FALSE, quote = FALSE)
}

# ---- data: group, entry (-1 = from the start), exit, code, x1, x2, weight, cluster, id ------------------------------
set.seed(20240307)
draw <- function(rows, clusters) {
  rows$weight <- sample(c(0.5, 0.8, 1.25, 2, 3.5), nrow(rows), replace = TRUE)
  rows$cluster <- sample(clusters, nrow(rows), replace = TRUE)
  rows$id <- seq_len(nrow(rows))
  rows
}
months <- ifelse(mgus2$pstat == 0, mgus2$futime, mgus2$ptime)
cause <- ifelse(mgus2$pstat == 0, 2 * mgus2$death, 1)
mgus <- draw(data.frame(group = as.integer(mgus2$sex == "M"), entry = -1, exit = months, code = cause, x1 = mgus2$age,
  x2 = as.integer(mgus2$sex == "M")), 60)

aged <- mgus2$age >= 50
by_age <- draw(data.frame(group = as.integer(mgus2$sex == "M"), entry = mgus2$age,
  exit = pmax(mgus2$age + 1, mgus2$age + ceiling(months / 12) + (months == 0)), code = cause,
  x1 = ifelse(is.na(mgus2$mspike), 1, mgus2$mspike), x2 = as.integer(mgus2$sex == "M"))[aged, ], 40)

trial <- !is.na(pbc$trt)
cirrhosis <- draw(data.frame(group = pbc$trt[trial] - 1, entry = -1, exit = pbc$time[trial], code = pbc$status[trial],
  x1 = round(pbc$age[trial], 2), x2 = pbc$edema[trial]), 25)

deaths <- colon$etype == 2
bowel <- draw(data.frame(group = as.integer(colon$rx[deaths]) - 1, entry = -1, exit = colon$time[deaths], code = colon$status[deaths],
  x1 = colon$age[deaths], x2 = colon$sex[deaths]), 30)

data(Melanoma)
melanoma <- draw(data.frame(group = as.integer(Melanoma$sex == "Male"), entry = -1, exit = Melanoma$time, code = Melanoma$status,
  x1 = Melanoma$age, x2 = as.integer(Melanoma$sex == "Male")), 20)

sets <- list(mgus2 = mgus, mgus2_age = by_age, pbc = cirrhosis, colon = bowel, melanoma = melanoma)
for (name in names(sets)) write_table(sets[[name]], paste0("finegray_rows_", name, ".csv"))

# ---- robust curves and means -----------------------------------------------------------------------------------------
days_of <- list(mgus2 = c(12, 60, 120, 240, 380), mgus2_age = c(60, 70, 80, 90), pbc = c(400, 1200, 2500, 4000),
  colon = c(200, 900, 1500, 2700), melanoma = c(500, 1500, 3000))
late <- function(rows) any(rows$entry >= 0)
state_of <- function(rows) factor(rows$code, 0:max(rows$code))
variants <- list(weights = c(TRUE, FALSE), cluster = c(FALSE, TRUE), both = c(TRUE, TRUE))

# residuals() of a fit evaluates its call again, so the data stay in the global `rows`
fit_of <- function(response) {
  if (response == "survival") {
    if (late(rows)) survfit(Surv(entry, exit, code > 0) ~ group, rows, weights = w, cluster = cl, robust = TRUE)
    else survfit(Surv(exit, code > 0) ~ group, rows, weights = w, cluster = cl, robust = TRUE)
  } else {
    if (late(rows)) survfit(Surv(entry, exit, state) ~ group, rows, weights = w, cluster = cl, id = id)
    else survfit(Surv(exit, state) ~ group, rows, weights = w, cluster = cl, id = id)
  }
}

out <- list()
out2 <- list()
add2 <- function(...) out2[[length(out2) + 1]] <<- data.frame(...)
add <- function(...) out[[length(out) + 1]] <<- data.frame(...)
for (name in names(sets)) for (variant in names(variants)) {
  rows <- sets[[name]]
  use <- variants[[variant]]
  w <- if (use[1]) rows$weight else rep(1, nrow(rows))
  cl <- if (use[2]) rows$cluster else rows$id
  rows$w <- w
  rows$cl <- cl
  rows$state <- state_of(rows)
  days <- days_of[[name]]
  fit <- fit_of("survival")
  found <- summary(fit, times = days, extend = TRUE)
  add(data = name, variant = variant, curve = "survival", group = rep(sort(unique(rows$group)), each = length(days)), outcome = 0,
    day = found$time, estimate = found$surv, std_error = found$std.err)
  many <- suppressWarnings(fit_of("incidence"))
  found <- summary(many, times = days, extend = TRUE)
  if (!use[2]) for (k in seq_len(max(rows$code))) add(data = name, variant = variant, curve = "incidence",
    group = rep(sort(unique(rows$group)), each = length(days)), outcome = k, day = found$time,
    estimate = found$pstate[, k + 1], std_error = found$std.err[, k + 1])

  # survfit does not hand `cluster` on to its multi-state part (survival 3.5): its influence of each row, summed here
  hazards <- list()
  curves <- list(survival = list(fit, "surv", 0), mean_open = list(fit, "auc", 0))
  for (k in seq_len(max(rows$code))) {
    curves[[paste("incidence", k)]] <- list(many, "pstate", k)
    rows$one <- rows$code == k
    alone <- if (late(rows)) survfit(Surv(entry, exit, one) ~ group, rows, weights = w) else survfit(Surv(exit, one) ~ group, rows, weights = w)
    hazards[[k]] <- suppressWarnings(residuals(alone, times = days, type = "cumhaz"))
    curves[[paste("cumulative_hazard", k)]] <- list(NULL, "cumhaz", k)
    curves[[paste("mean_lost", k)]] <- list(many, "sojourn", k)
  }
  for (kind in names(curves)) {
    k <- curves[[kind]][[3]]
    influence <- if (grepl("hazard", kind)) hazards[[k]]
      else suppressWarnings(residuals(curves[[kind]][[1]], times = days, type = curves[[kind]][[2]]))
    # rows x days, and for many states x states
    effect <- if (length(dim(influence)) == 2) influence else influence[, , k + 1]
    sums <- rowsum(effect * w, paste(cl, rows$group))
    whose <- as.integer(sub(".* ", "", rownames(sums)))
    who <- sub(" .*", "", rownames(sums))
    for (j in seq_along(days)) {
      wide <- tapply(sums[, j], list(who, whose), sum, default = 0)
      add2(data = name, variant = variant, curve = sub(" .*", "", kind), outcome = k, day = days[j], first_se = sqrt(sum(wide[, 1]^2)),
        last_se = sqrt(sum(wide[, ncol(wide)]^2)), covariance = sum(wide[, 1] * wide[, ncol(wide)]))
    }
  }
}
write_table(do.call(rbind, out), "finegray_robust.csv")
write_table(do.call(rbind, out2), "finegray_influence.csv")

# ---- Kaplan-Meier of a stratified sample of clusters -----------------------------------------------------------------
# svykm reports exp(-H), breaks ties by the order of rows and gives Var(H) as varlog: read as a hazard, on ranks
out <- list()
rows <- sets$colon
rows$stratum <- rows$cluster %% 4
rows$rank <- rank(rows$exit, ties.method = "first")
design <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = rows)
curve <- svykm(Surv(rank, code > 0) ~ 1, design, se = TRUE)
at <- findInterval(c(50, 200, 450, 700), curve$time)
add(rank = c(50, 200, 450, 700), cumulative_hazard = -log(unname(curve$surv[at])), std_error = sqrt(curve$varlog[at]))
write_table(do.call(rbind, out), "finegray_svykm.csv")

# ---- subdistribution hazards -----------------------------------------------------------------------------------------
# finegray + coxph on its rows; crr (Breslow, all at risk, observed from the start only). Outcome 1 throughout.
out <- list()
curves <- list()
kinds <- c("plain", "weights", "cluster", "censoring", "strata")
patterns <- list(mgus2 = data.frame(x1 = c(60, 80), x2 = c(1, 0)), mgus2_age = data.frame(x1 = c(0.5, 2), x2 = c(0, 1)),
  pbc = data.frame(x1 = c(40, 60), x2 = c(0, 0.5)), melanoma = data.frame(x1 = c(40, 70), x2 = c(0, 1)))
for (name in names(patterns)) for (kind in kinds) {
  rows <- sets[[name]]
  rows$state <- state_of(rows)
  rows$w <- if (kind == "weights") rows$weight else 1
  rows$cl <- if (kind == "cluster") rows$cluster else rows$id
  left <- if (late(rows)) "Surv(entry, exit, state)" else "Surv(exit, state)"
  right <- if (kind == "censoring") "x1 + x2 + cl + id + strata(group)" else "x1 + x2 + group + cl + id"
  long <- finegray(as.formula(paste(left, "~", right)), rows, weights = w, id = id, etype = "1")
  # finegray(strata) leaves out days without an ending in the stratum, so its rows serve a stratified model only
  if (kind == "censoring") long$group <- rows$group[match(long$id, rows$id)]
  for (ties in c("efron", "breslow")) {
    model <- if (kind %in% c("strata", "censoring")) Surv(fgstart, fgstop, fgstatus) ~ x1 + strata(group) else Surv(fgstart, fgstop, fgstatus) ~ x1 + x2
    fit <- coxph(model, long, weights = fgwt, cluster = cl, ties = ties, control = coxph.control(eps = 1e-12, iter.max = 50))
    add(data = name, kind = kind, source = "finegray", ties = ties, term = seq_along(coef(fit)), coefficient = unname(coef(fit)),
      model_se = sqrt(diag(fit$naive.var)), robust_se = sqrt(diag(fit$var)), fine_gray_se = NA, loglik_null = fit$loglik[1], loglik = fit$loglik[2])
    if (kind %in% c("plain", "weights")) {
      naive <- coxph(model, long, weights = fgwt, robust = FALSE, ties = ties, control = coxph.control(eps = 1e-12, iter.max = 50))
      curve <- survfit(naive, newdata = patterns[[name]])
      at <- findInterval(days_of[[name]], curve$time)
      for (p in 1:2) curves[[length(curves) + 1]] <- data.frame(data = name, kind = kind, ties = ties, pattern = p, day = days_of[[name]],
        hazard = ifelse(at == 0, 0, curve$cumhaz[pmax(at, 1), p]), hazard_se = ifelse(at == 0, 0, curve$std.err[pmax(at, 1), p]))
    }
  }
  if (kind %in% c("plain", "censoring") && !late(rows)) {
    # cengroup must be named: crr has no default for it that this formula could keep
    arguments <- list(ftime = rows$exit, fstatus = rows$code, cov1 = as.matrix(rows[, c("x1", "x2")]), gtol = 1e-16, maxiter = 40)
    if (kind == "censoring") arguments$cengroup <- rows$group
    # crr may stop at 8 digits; started near its answer it takes the step that is missing
    arguments$init <- signif(do.call(crr, arguments)$coef, 6)
    fit <- do.call(crr, arguments)
    add(data = name, kind = kind, source = "crr", ties = "breslow", term = 1:2, coefficient = unname(fit$coef), model_se = sqrt(diag(fit$invinf)),
      robust_se = NA, fine_gray_se = sqrt(diag(fit$var)), loglik_null = fit$loglik.null, loglik = fit$loglik)
    if (kind == "plain") {
      found <- predict(fit, as.matrix(patterns[[name]]))
      at <- findInterval(days_of[[name]], found[, 1])
      for (p in 1:2) curves[[length(curves) + 1]] <- data.frame(data = name, kind = "crr", ties = "breslow", pattern = p,
        day = days_of[[name]], hazard = ifelse(at == 0, 0, -log(1 - found[pmax(at, 1), p + 1])), hazard_se = NA)
    }
  }
}
graded <- FGR(prodlim::Hist(time, status) ~ age + sex, data = Melanoma, cause = 1)
add(data = "melanoma", kind = "fgr", source = "crr", ties = "breslow", term = 1:2, coefficient = unname(graded$crrFit$coef), model_se = NA,
  robust_se = NA, fine_gray_se = sqrt(diag(graded$crrFit$var)), loglik_null = NA, loglik = graded$crrFit$loglik)
write_table(do.call(rbind, out), "finegray_models.csv")
write_table(do.call(rbind, curves), "finegray_baseline.csv")

# ---- cause-specific models of all outcomes at once -------------------------------------------------------------------
# survfit of a multi-state coxph is wrong for Efron's rule on (time, state) data in survival 3.5: Breslow's is used
out <- list()
for (name in c("mgus2", "mgus2_age", "pbc")) {
  rows <- sets[[name]]
  rows$state <- state_of(rows)
  model <- if (late(rows)) Surv(entry, exit, state) ~ x1 + x2 else Surv(exit, state) ~ x1 + x2
  curve <- survfit(coxph(model, rows, id = id, ties = "breslow", control = coxph.control(eps = 1e-12, iter.max = 50)), newdata = patterns[[name]])
  at <- findInterval(days_of[[name]], curve$time)
  for (p in 1:2) for (k in 1:2) add(data = name, pattern = p, outcome = k, day = days_of[[name]],
    incidence = ifelse(at == 0, 0, curve$pstate[pmax(at, 1), p, k + 1]))
}
write_table(do.call(rbind, out), "finegray_cause_specific.csv")

version_of <- function(name) data.frame(software = name, version = as.character(packageVersion(name)))
write.csv(rbind(data.frame(software = "R", version = as.character(getRversion())), version_of("survival"), version_of("cmprsk"),
  version_of("riskRegression"), version_of("survey")), "finegray_versions.csv", row.names = FALSE, quote = FALSE)
