# Writes the rows and the published-software answers that tests/estimate/test_cox*.py compare against.
#
#   Rscript make_cox.R            (run in this folder; needs survival, riskRegression, carData, etm)
#
#   cox_rows_<data>.csv   entry (-1 = from the start), exit, code, weight, stratum, cluster, offset, then the covariates;
#                         columns of one term share the word before the colon
#   cox_expected.csv      fit, quantity, i, j, value: what R says about each fit
#   cox_curves.csv        predicted curves
# Teaching data of the packages, and one random set with heavy ties that is drawn here.

suppressMessages({library(survival); library(riskRegression); library(carData); library(etm)})
number <- function(x) ifelse(is.na(x), "", trimws(formatC(as.numeric(x), digits = 14, format = "g")))
tight <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)

lines <- list(); curves <- list()
say <- function(fit, quantity, value) {
  value <- as.matrix(value)
  lines[[length(lines) + 1]] <<- data.frame(fit = fit, quantity = quantity, i = c(row(value)), j = c(col(value)), value = number(c(value)))
}

# ---- rows ----------------------------------------------------------------------------------------------------------
rows_of <- function(x, exit, code, entry = -1, weight = 1, stratum = 0, cluster = seq_along(exit), offset = 0) {
  frame <- data.frame(entry, exit, code, weight, stratum, cluster, offset, x, check.names = FALSE)
  frame[stats::complete.cases(frame), ]
}
fixed <- 7  # columns before the covariates

months <- with(mgus2, ifelse(pstat == 0, futime, ptime))
cause <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))
data(Melanoma, package = "riskRegression"); data(abortion)
dummy <- function(f, name) { m <- model.matrix(~f)[, -1, drop = FALSE]; colnames(m) <- paste0(name, ":", levels(f)[-1]); m }
some_weight <- function(n) .5 + (seq_len(n) * 7 %% 11) / 11 + (seq_len(n) %% 5) / 4

sets <- list()
sets$mgus2 <- rows_of(with(mgus2, cbind(age = age, male = sex == "M")), months, cause, cluster = mgus2$age)
aged <- mgus2$age >= 50
sets$mgus2_age <- with(mgus2[aged, ], rows_of(cbind(male = sex == "M", haemoglobin = hgb),
  pmax(age + 1, age + ceiling(months[aged] / 12) + (months[aged] == 0)), as.numeric(cause[aged] > 0), entry = age,
  weight = some_weight(sum(aged)), cluster = seq_len(sum(aged)) %% 60))
sets$pbc <- with(pbc, rows_of(cbind(age = age, edema = edema, bili = log(bili), albumin = log(albumin), protime = log(protime)),
  time, as.numeric(status == 2), weight = some_weight(nrow(pbc)), stratum = as.numeric(sex == "f")))
sets$veteran <- with(veteran, rows_of(cbind(trt = trt == 2, dummy(celltype, "celltype"), karno, diagtime, age, prior = prior == 10),
  time, status, stratum = trt - 1, cluster = seq_along(time) %% 30))
two <- colon
sets$colon <- with(two, rows_of(cbind(dummy(rx, "rx"), sex, age, nodes, obstruct), time, status, stratum = etype - 1, cluster = id))
sets$rossi <- with(Rossi, rows_of(cbind(fin = fin == "yes", age, race = race == "other", wexp = wexp == "yes",
  mar = mar == "not married", paro = paro == "yes", prio), week, arrest, cluster = age))
sets$heart <- with(heart, rows_of(cbind(age, year, surgery, transplant = transplant == 1), 2 * stop, event, entry = 2 * start, cluster = id))
sets$melanoma <- with(Melanoma, rows_of(cbind(male = sex == "Male", age, dummy(invasion, "invasion"), logthick, ulcer = ulcer == "present"),
  time, status))
sets$abortion <- with(abortion, rows_of(cbind(group = group), exit, cause, entry = entry))
set.seed(20251109)
n <- 400
late <- sample(-1:5, n, replace = TRUE) * rbinom(n, 1, .5); late[late == 0] <- -1
length_of <- 1 + rgeom(n, .25)
three <- sample(0:2, n, replace = TRUE)
sets$ties <- rows_of(cbind(x = sample(0:1, n, replace = TRUE), `level:b` = three == 1, `level:c` = three == 2, z = round(rnorm(n), 2)),
  pmin(9, late + length_of), rbinom(n, 1, .7), entry = late, weight = round(runif(n, .3, 3), 2), stratum = sample(0:2, n, replace = TRUE),
  cluster = sample(1:40, n, replace = TRUE), offset = round(rnorm(n, .2, .5), 2))

plain <- function(name) {
  frame <- sets[[name]]
  data.frame(lapply(frame, as.numeric), check.names = FALSE)
}

# ---- one fit, everything R can say about it -------------------------------------------------------------------------
ask <- function(fit_name, data, ties = "efron", outcome = 1, weighted = FALSE, stratified = FALSE, clustered = FALSE, shifted = FALSE,
                zph = TRUE, cindex = TRUE, days = NULL) {
  frame <- plain(data)
  words <- names(frame)[-(1:fixed)]
  term <- factor(sub(":.*", "", words), levels = unique(sub(":.*", "", words)))
  for (one in levels(term)) frame[[paste0("T_", one)]] <- as.matrix(frame[words[term == one]])
  late <- any(frame$entry >= 0)
  frame$event <- as.numeric(frame$code == outcome)
  left <- if (late) "Surv(entry, exit, event)" else "Surv(exit, event)"
  right <- paste(c(paste0("T_", levels(term)), if (stratified) "strata(stratum)", if (shifted) "offset(offset)"), collapse = " + ")
  frame$w <- if (weighted) frame$weight else 1
  formula <- as.formula(paste(left, "~", right))
  frame$group <- if (clustered) frame$cluster else seq_len(nrow(frame))
  fit <- coxph(formula, frame, weights = w, ties = ties, control = tight, cluster = group, robust = TRUE, x = TRUE)
  say(fit_name, "setting", c(ties == "efron", outcome, weighted, stratified, clustered, shifted))
  say(fit_name, "data", match(data, names(sets)))
  say(fit_name, "coefficients", coef(fit))
  say(fit_name, "covariance", fit$naive.var)
  say(fit_name, "robust", fit$var)
  naive <- coxph(formula, frame, weights = w, ties = ties, control = tight, robust = FALSE, x = TRUE)
  say(fit_name, "log_likelihood", fit$loglik)
  say(fit_name, "tests", c(2 * diff(fit$loglik), naive$score, naive$wald.test))
  say(fit_name, "robust_tests", c(fit$rscore, fit$wald.test))
  if (zph) for (transform in c("km", "identity", "log", "rank")) {
    if (transform == "log" && any(frame$exit <= 0)) next
    say(fit_name, paste0("zph_", transform), cox.zph(naive, transform)$table[, 1:2])
    say(fit_name, paste0("zph_columns_", transform), cox.zph(naive, transform, terms = FALSE)$table[, 1:2])
  }
  if (zph) {
    one <- cox.zph(naive, "km", terms = FALSE)
    by_day <- aggregate(cbind(one$x, one$y), list(day = one$time, stratum = if (stratified) as.numeric(sub(".*=", "", one$strata)) else rep(0, length(one$time))), mean)
    say(fit_name, "zph_residuals", head(by_day, 25))
  }
  if (cindex) {
    c1 <- concordance(naive); c2 <- concordance(naive, cluster = frame$cluster)
    counts <- if (is.matrix(c1$count)) colSums(c1$count) else c1$count
    say(fit_name, "concordance", c(c1$concordance, c1$var, c2$var, counts))
  }
  say(fit_name, "martingale_by_cluster", head(rowsum(residuals(naive, "martingale") * frame$w, frame$cluster), 20))
  if (data == "ties") {
    say(fit_name, "martingale", head(residuals(naive, "martingale"), 40))
    say(fit_name, "deviance", head(residuals(naive, "deviance"), 40))
    say(fit_name, "dfbeta", head(residuals(naive, "dfbeta", weighted = FALSE), 40))
  }
  # two patterns: the first row and the row with the largest linear predictor
  who <- c(1, which.max(predict(naive, type = "lp", reference = "sample")))
  new <- frame[who, ]
  for (limits in c("log", "log-log", "plain")) {
    s <- survfit(naive, newdata = new, conf.type = limits, censor = FALSE)
    blocks <- if (is.null(s$strata)) rep("all", length(s$time)) else rep(names(s$strata), s$strata)
    if (stratified) for (k in 1:2) {
      one <- survfit(naive, newdata = new[k, , drop = FALSE], conf.type = limits, censor = FALSE)
      keep <- if (is.null(days)) rep(TRUE, length(one$time)) else one$time %in% days
      curves[[length(curves) + 1]] <<- data.frame(fit = fit_name, limits = limits, row = who[k], stratum = new$stratum[k], day = one$time,
        cumulative = number(one$cumhaz), survival = number(one$surv), std_error = number(one$std.err), conf_low = number(one$lower), conf_high = number(one$upper))[keep, ]
    } else for (k in 1:2) {
      keep <- if (is.null(days)) rep(TRUE, length(s$time)) else s$time %in% days
      curves[[length(curves) + 1]] <<- data.frame(fit = fit_name, limits = limits, row = who[k], stratum = 0, day = s$time,
        cumulative = number(s$cumhaz[, k]), survival = number(s$surv[, k]), std_error = number(s$std.err[, k]),
        conf_low = number(s$lower[, k]), conf_high = number(s$upper[, k]))[keep, ]
    }
  }
}

every <- seq(30, 3000, 30)
ask("mgus2", "mgus2", days = c(1, 12, 60, 120, 240, 373))
ask("mgus2_breslow", "mgus2", ties = "breslow", days = c(1, 12, 60, 120, 240, 373))
ask("mgus2_death", "mgus2", outcome = 2, clustered = TRUE, days = c(1, 12, 60, 120, 240, 373))
ask("mgus2_age", "mgus2_age", days = seq(55, 100, 5))
ask("mgus2_age_weights", "mgus2_age", weighted = TRUE, clustered = TRUE, days = seq(55, 100, 5))
ask("pbc", "pbc", days = c(41, 51, 797, 1000, 1434, 2540, 4191))
ask("pbc_strata_weights", "pbc", weighted = TRUE, stratified = TRUE, days = c(41, 51, 797, 1000, 1434, 2540, 4191))
ask("veteran", "veteran", days = c(1, 8, 51, 100, 200, 999))
ask("veteran_breslow_cluster", "veteran", ties = "breslow", clustered = TRUE, days = c(1, 8, 51, 100, 200, 999))
ask("colon", "colon", stratified = TRUE, clustered = TRUE, days = c(8, 23, 52, 100, 499, 802, 1511))
ask("rossi", "rossi", clustered = TRUE, days = c(1, 10, 26, 52))
ask("heart", "heart", clustered = TRUE)
ask("heart_breslow", "heart", ties = "breslow")
ask("melanoma", "melanoma", days = c(185, 232, 862, 1525, 3042))
for (k in 1:3) ask(paste0("abortion_", k), "abortion", outcome = k, days = seq(7, 43, 4))
for (ties in c("efron", "breslow")) {
  ask(paste0("ties_", ties), "ties", ties = ties)
  ask(paste0("ties_all_", ties), "ties", ties = ties, weighted = TRUE, stratified = TRUE, clustered = TRUE, shifted = TRUE)
  ask(paste0("ties_strata_", ties), "ties", ties = ties, stratified = TRUE, clustered = TRUE)
  ask(paste0("ties_weights_", ties), "ties", ties = ties, weighted = TRUE)
}

# ---- ridge ----------------------------------------------------------------------------------------------------------
frame <- plain("rossi")
words <- names(frame)[-(1:fixed)]
penalised <- coxph(Surv(exit, code) ~ ridge(fin, age, race, wexp, mar, paro, prio, theta = 5, scale = TRUE), frame, 
  control = coxph.control(eps = 1e-12, iter.max = 100, outer.max = 50))
say("rossi_ridge", "coefficients", coef(penalised))
say("rossi_ridge", "covariance", penalised$var)
say("rossi_ridge", "log_likelihood", penalised$loglik)

# ---- Firth's penalty: coxph's own likelihood and information, maximised here; `early` separates the cases -------------
few <- frame[1:150, ]
few$early <- as.numeric(few$exit <= 40)
for (ties in c("efron", "breslow")) {
  penalised_at <- function(b) {
    at <- coxph(Surv(exit, code) ~ early + age + prio, few, ties = ties, init = b, control = coxph.control(iter.max = 0))
    at$loglik[1] - log(det(at$var)) / 2
  }
  climb <- function(start, free = rep(TRUE, 3)) {
    whole <- function(rest) { b <- start; b[free] <- rest; b }
    found <- start[free]
    for (again in 1:4) found <- suppressWarnings(optim(found, function(rest) -penalised_at(whole(rest)),
      control = list(reltol = 1e-15, maxit = 4000, parscale = c(1, .05, .05)[free])))$par
    list(b = whole(found), value = penalised_at(whole(found)))
  }
  top <- climb(c(3, 0, 0))
  fall <- function(value) { start <- top$b; start[1] <- value; 2 * (top$value - climb(start, c(FALSE, TRUE, TRUE))$value) }
  limit <- function(range) uniroot(function(value) fall(value) - qchisq(.95, 1), range, tol = 1e-9)$root
  name <- paste0("rossi_firth_", ties)
  say(name, "coefficients", top$b)
  say(name, "log_likelihood", c(penalised_at(c(0, 0, 0)), top$value))
  say(name, "early", c(limit(top$b[1] - c(3, .1)), limit(top$b[1] + c(.1, 12)), fall(0)))
}

# ---- standardised curves: everybody without and everybody with financial aid ----------------------------------------
fit <- coxph(Surv(exit, code) ~ fin + age + race + mar + paro + prio + strata(wexp), frame, control = tight)
average <- function(aid) {
  new <- frame; new$fin <- aid
  by_row <- sapply(seq_len(nrow(new)), function(i) summary(survfit(fit, newdata = new[i, ]), times = c(10, 26, 52), extend = TRUE)$surv)
  rowMeans(by_row)
}
say("rossi_standardised", "survival", cbind(average(0), average(1)))

write_plain <- function(frame, name) {
  frame[] <- lapply(frame, function(x) if (is.numeric(x) || is.logical(x)) number(as.numeric(x)) else x)
  write.csv(frame, name, row.names = FALSE, quote = FALSE)
}
for (name in names(sets)) write_plain(sets[[name]], paste0("cox_rows_", name, ".csv"))
write.csv(data.frame(number = seq_along(sets), data = names(sets)), "cox_sets.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, lines), "cox_expected.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, curves), "cox_curves.csv", row.names = FALSE, quote = FALSE)
