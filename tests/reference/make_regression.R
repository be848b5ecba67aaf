# Regressions through the public functions: teaching data of R packages, and what R makes of them.
# Run in this folder: Rscript make_regression.R (R 4.2, survival 3.5, cmprsk 2.2, carData 3.0).
# Searches are carried further than by default, so that 8 digits hold: R stops when the likelihood hardly rises.
suppressPackageStartupMessages({library(survival); library(cmprsk); library(carData); library(splines)})

# as coxph, to the end
fit_cox <- function(...) eval.parent(substitute(coxph(..., control = coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15))))
put <- function(name, frame) {
  frame[] <- lapply(frame, function(x) if (is.double(x)) ifelse(is.na(x), NA, sprintf("%.12g", x)) else x)
  write.csv(frame, paste0("regression_", name, ".csv"), row.names = FALSE, quote = FALSE, na = "")
}

# ------------------------------------------------------------------------------------------------ data
mgus <- with(mgus2, data.frame(
  etime = ifelse(pstat == 0, futime, ptime), event = ifelse(pstat == 0, 2 * death, 1),
  age = age, sex = as.character(sex), hgb = hgb))
put("mgus2_rows", mgus)
rossi <- data.frame(week = Rossi$week, arrest = Rossi$arrest, fin = as.character(Rossi$fin), age = Rossi$age,
  race = as.character(Rossi$race), wexp = as.character(Rossi$wexp), mar = as.character(Rossi$mar),
  paro = as.character(Rossi$paro), prio = Rossi$prio)
put("rossi_rows", rossi)
vet <- data.frame(time = veteran$time, status = veteran$status, trt = veteran$trt,
  celltype = as.character(veteran$celltype), karno = veteran$karno, age = veteran$age)
put("veteran_rows", vet)
# whole days: half days are doubled, which changes no rank and no tie
heartw <- data.frame(id = heart$id, entry = 2 * heart$start, exit = 2 * heart$stop, event = heart$event,
  age = heart$age, year = heart$year, surgery = heart$surgery, transplant = as.integer(as.character(heart$transplant)))
put("heart_rows", heartw)

# --------------------------------------------------------------------------------------------- results
coefs <- list(); tests <- list()
keep <- function(case, fit, terms, errors = NULL) {
  b <- coef(fit)
  se <- if (is.null(errors)) sqrt(diag(vcov(fit))) else errors
  coefs[[length(coefs) + 1]] <<- data.frame(case, place = seq_along(b), estimate = b, std_error = se)
}
check <- function(case, name, term, value, df) {
  tests[[length(tests) + 1]] <<- data.frame(case, name, term, value, df)
}
cox <- function(case, fit, zph = TRUE) {
  keep(case, fit)
  s <- summary(fit)
  if (is.null(fit$naive.var)) check(case, "likelihood_ratio", "", s$logtest["test"], s$logtest["df"])
  check(case, "wald", "", fit$wald.test, length(coef(fit)))
  check(case, "log_likelihood", "", fit$loglik[2], 0)
  check(case, "concordance", "", concordance(fit)$concordance, 0)
  if (zph) {
    z <- cox.zph(fit)$table
    for (one in rownames(z)) check(case, "proportional_hazards", one, z[one, "chisq"], z[one, "df"])
  }
}

mgus$sexf <- factor(mgus$sex, levels = c("M", "F"))
cox("mgus2", fit_cox(Surv(etime, event == 1) ~ age + sexf, mgus))
cox("mgus2_breslow", fit_cox(Surv(etime, event == 1) ~ age + sexf, mgus, ties = "breslow"))
cox("mgus2_death", fit_cox(Surv(etime, event == 2) ~ age + sexf, mgus))
cox("mgus2_robust", fit_cox(Surv(etime, event == 1) ~ age + sexf, mgus, robust = TRUE))
cox("mgus2_hgb", fit_cox(Surv(etime, event == 1) ~ hgb + sexf, mgus))
cox("mgus2_spline", fit_cox(Surv(etime, event == 2) ~ bs(age, df = 4) + sexf, mgus), zph = FALSE)
cox("mgus2_poly", fit_cox(Surv(etime, event == 2) ~ poly(age, 2) * sexf, mgus), zph = FALSE)
cox("mgus2_strata", fit_cox(Surv(etime, event == 2) ~ age + strata(sex), mgus))
rossi <- within(rossi, { fin <- relevel(factor(fin), "no"); race <- relevel(factor(race), "other")
  wexp <- relevel(factor(wexp), "no"); mar <- relevel(factor(mar), "not married"); paro <- relevel(factor(paro), "no") })
cox("rossi", fit_cox(Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio, rossi))
vet$celltype <- factor(vet$celltype, levels = c("smallcell", "adeno", "large", "squamous"))
cox("veteran", fit_cox(Surv(time, status) ~ karno + celltype, vet))
cox("veteran_ridge", fit_cox(Surv(time, status) ~ ridge(karno, age, theta = 2, scale = TRUE), vet), zph = FALSE)
cox("heart", fit_cox(Surv(entry, exit, event) ~ age + year + surgery + transplant, heartw))
cox("heart_cluster", fit_cox(Surv(entry, exit, event) ~ age + year + surgery + transplant, heartw, cluster = id), zph = FALSE)

mgus$code <- factor(mgus$event, 0:2, c("censor", "pcm", "death"))
long <- finegray(Surv(etime, code) ~ ., data = mgus, etype = "pcm")
keep("finegray_efron", fit_cox(Surv(fgstart, fgstop, fgstatus) ~ age + sexf, weight = fgwt, data = long))
keep("finegray_breslow", fit_cox(Surv(fgstart, fgstop, fgstatus) ~ age + sexf, weight = fgwt, data = long, ties = "breslow"))
x <- model.matrix(~ age + sexf, mgus)[, -1]
for (cause in 1:2) {
  fit <- crr(mgus$etime, mgus$event, x, failcode = cause, cencode = 0)
  keep(paste0("crr_", cause), list(coefficients = fit$coef), errors = sqrt(diag(fit$var)))
}

# standardised survival (g-formula) and predicted incidence of two cause-specific models
death <- fit_cox(Surv(etime, event > 0) ~ age + sexf, mgus)
for (level in c("M", "F")) {
  other <- mgus; other$sexf[] <- level
  s <- summary(survfit(death, newdata = other), times = c(60, 120, 240))$surv
  for (at in 1:3) check("standardised", level, c(60, 120, 240)[at], 1 - mean(s[at, ]), 0)
}
mgus$id <- seq_len(nrow(mgus))
both <- fit_cox(Surv(etime, code) ~ age + sexf, mgus, id = id, ties = "breslow")
new <- data.frame(age = mean(mgus$age), sexf = c("M", "F"))
p <- summary(survfit(both, newdata = new), times = c(60, 120, 240))
for (who in 1:2) for (at in 1:3) for (cause in 2:3)
  check("incidence", paste(c("M", "F")[who], c("pcm", "death")[cause - 1]), c(60, 120, 240)[at], p$pstate[at, who, cause], 0)

put("coefficients", do.call(rbind, coefs))
put("tests", do.call(rbind, tests))
