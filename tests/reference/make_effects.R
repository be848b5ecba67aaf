# Support that starts after the case does: what R makes of it (time-varying Cox models).
# Run in this folder: Rscript make_effects.R (R 4.2, survival 3.5, carData 3.0).
#
#   effects_heart_units.csv    Stanford heart transplant programme, one row per patient
#   effects_rossi_units.csv    Rossi's men after prison, one row per man; ``employed`` has a 0 or 1 for each week observed
#   effects_support_units.csv  drawn here: cases with three actors, a milestone and courts
#   effects_expected.csv       case, quantity, term, value
#
# A support day is the day after which it holds: rows are cut there, and what ends a case on the day is not laid to it.
suppressPackageStartupMessages({library(survival); library(carData)})
tight <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
number <- function(x) ifelse(is.na(x), "", trimws(formatC(as.numeric(x), digits = 12, format = "g")))
put <- function(name, frame) {
  frame[] <- lapply(frame, function(x) if (is.numeric(x)) number(x) else as.character(x))
  write.csv(frame, paste0("effects_", name, ".csv"), row.names = FALSE, quote = FALSE, na = "")
}
lines <- list()
say <- function(case, quantity, value, term = names(value)) {
  lines[[length(lines) + 1]] <<- data.frame(case, quantity, term = if (is.null(term)) "" else term, value = number(value))
}
fit_cox <- function(case, formula, data, ...) {
  fit <- eval.parent(substitute(coxph(formula, data, control = tight, ...)))
  say(case, "estimate", coef(fit))
  say(case, "std_error", setNames(sqrt(diag(fit$var)), names(coef(fit))))
  if (!is.null(fit$naive.var)) say(case, "std_error_model", setNames(sqrt(diag(fit$naive.var)), names(coef(fit))))
  say(case, "log_likelihood", c(null = fit$loglik[1], fitted = fit$loglik[2]))
  say(case, "events", fit$nevent, "")
  invisible(fit)
}
# rows of a counting process, cut after the days in the columns ``at`` (NA: never); ``entry`` is 0 at the earliest
cut_at <- function(units, at, exit = "exit", code = "code") {
  do.call(rbind, lapply(seq_len(nrow(units)), function(i) {
    one <- units[i, ]
    last <- one[[exit]]
    days <- unlist(one[at])
    inside <- sort(unique(days[!is.na(days) & days > one$entry & days < last]))
    from <- c(one$entry, inside); to <- c(inside, last)
    rows <- one[rep(1, length(from)), ]
    rows$from <- from; rows$to <- to
    rows$ended <- c(rep(0, length(inside)), one[[code]])
    for (name in at) rows[[paste0("on_", name)]] <- as.numeric(!is.na(one[[name]]) & one[[name]] <= from)
    rows
  }))
}

# ------------------------------------------------------------------------------------------- Stanford heart transplant
# survival::heart counts days from 1 and puts a death on the day of the transplant half a day after it: doubled, all days
# are whole. No rank changes, so the same days serve the naive models of jasa and the landmarks.
same <- !is.na(jasa$wait.time) & jasa$wait.time == jasa$futime
patients <- with(jasa, data.frame(id = seq_along(futime), entry = 0, exit = 2 * (futime + 1), code = fustat,
  wait = 2 * (wait.time + 1) - same, age = age, age48 = age - 48, year = heart$year[match(seq_along(futime), heart$id)], surgery = surgery))
put("heart_units", patients)
rows <- cut_at(patients, "wait")
stopifnot(nrow(rows) == nrow(heart), all.equal(rows$from, 2 * heart$start), all.equal(rows$to, 2 * heart$stop),
  all(rows$on_wait == (heart$transplant == 1)), max(abs(rows$age48 - heart$age)) < 1e-3)
heart2 <- within(heart, { tx <- as.numeric(as.character(transplant)) })
patients$ever <- as.numeric(!is.na(patients$wait)); patients$time <- pmax(jasa$futime, .5); patients$days <- jasa$futime
fit_cox("heart_naive", Surv(time, code) ~ ever, patients)
fit_cox("heart_naive_adjusted", Surv(time, code) ~ ever + age + surgery, patients)
fit_cox("heart_alone_efron", Surv(start, stop, event) ~ tx, heart2)
fit_cox("heart_alone_breslow", Surv(start, stop, event) ~ tx, heart2, ties = "breslow")
fit_cox("heart_adjusted_efron", Surv(start, stop, event) ~ age + year + surgery + tx, heart2)
fit_cox("heart_adjusted_breslow", Surv(start, stop, event) ~ age + year + surgery + tx, heart2, ties = "breslow", cluster = id)
fit_cox("heart_interaction", Surv(start, stop, event) ~ (age + surgery) * tx, heart2, ties = "breslow")
for (day in c(30, 60, 90)) {
  there <- subset(patients, days > day)
  there$on <- as.numeric(!is.na(there$wait) & there$wait <= 2 * (day + 1))
  say(paste0("heart_landmark_", day), "units", c(all = nrow(there), on = sum(there$on)))
  fit_cox(paste0("heart_landmark_", day, "_alone"), Surv(days - day, code) ~ on, there)
  fit_cox(paste0("heart_landmark_", day), Surv(days - day, code) ~ on + age + surgery, there)
}
crossed <- table(patients$ever, patients$code)
say("heart_naive_odds", "estimate", crossed[2, 2] * crossed[1, 1] / (crossed[2, 1] * crossed[1, 2]), "ever")

# --------------------------------------------------------------------------------------------------- Rossi, recidivism
weeks <- as.matrix(Rossi[, paste0("emp", 1:52)]) == "yes"
men <- with(Rossi, data.frame(week, arrest, fin = as.character(fin), age, race = as.character(race), wexp = as.character(wexp),
  mar = as.character(mar), paro = as.character(paro), prio,
  employed = sapply(seq_along(week), function(i) paste(as.numeric(weeks[i, seq_len(week[i])]), collapse = ""))))
put("rossi_units", men)
Rossi$id <- seq_len(nrow(Rossi))
long <- do.call(rbind, lapply(seq_len(nrow(Rossi)), function(i) {
  n <- Rossi$week[i]; now <- as.numeric(weeks[i, seq_len(n)])
  data.frame(Rossi[rep(i, n), c("id", "fin", "age", "race", "wexp", "mar", "paro", "prio")], from = seq_len(n) - 1, to = seq_len(n),
    ended = c(rep(0, n - 1), Rossi$arrest[i]), employed = now, before = c(NA, now[-n]))
}))
say("rossi", "units", c(rows = nrow(long), lagged = sum(!is.na(long$before))))
fit_cox("rossi_same_week", Surv(from, to, ended) ~ fin + age + race + wexp + mar + paro + prio + employed, long)
fit_cox("rossi_lagged", Surv(from, to, ended) ~ fin + age + race + wexp + mar + paro + prio + before, long)
Rossi$ever <- as.numeric(tapply(long$employed, long$id, max))
fit_cox("rossi_naive", Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio + ever, Rossi)

# --------------------------------------------------------- drawn: three actors, a milestone, courts, competing endings
set.seed(20261122)
n <- 420
draw <- function(rate) { day <- ceiling(rexp(n, rate)); day[day > 500 | runif(n) < .1] <- NA; day }
units <- data.frame(id = seq_len(n), entry = 0, court = sample(1:42, n, replace = TRUE), severe = rbinom(n, 1, .4), age = round(rnorm(n, 30, 9)))
units$lawyer <- draw(1 / 150 * exp(.5 * units$severe)); units$psychologist <- draw(1 / 220); units$social_worker <- draw(1 / 300)
units$accusation <- draw(1 / 200)
units$lawyer_end <- units$lawyer + rpois(n, 90)
units$lawyer_end[runif(n) < .5] <- NA
end_of <- function(i) {
  for (day in 1:700) {
    came <- function(name) !is.na(units[i, name]) && units[i, name] < day
    verdict <- .0012 * exp(.5 * came("lawyer") + .4 * units$severe[i] + .6 * came("accusation")) ; other <- .0018
    u <- runif(1)
    if (u < verdict) return(c(day, 1)); if (u < verdict + other) return(c(day, 2))
  }
  c(700, 0)
}
ends <- t(sapply(seq_len(n), end_of)); cutoff <- sample(200:700, n, replace = TRUE)
units$exit <- pmin(ends[, 1], cutoff); units$code <- ifelse(ends[, 1] <= cutoff, ends[, 2], 0)
put("support_units", units)

actors <- c("lawyer", "psychologist", "social_worker")
cut_days <- function(lag = 0) {
  moved <- units
  for (one in c(actors, "lawyer_end")) moved[[one]] <- moved[[one]] + lag
  moved$gone <- moved$lawyer_end + 1 # present to the end of its last day
  split <- cut_at(moved, c(actors, "accusation", "gone"))
  on <- as.matrix(split[paste0("on_", actors)])
  split$number <- rowSums(on); split$all <- as.numeric(split$number == 3); split$any <- as.numeric(split$number > 0); split$two <- as.numeric(split$number >= 2)
  split$while_all <- as.numeric(on[, 1] & !split$on_gone & on[, 2]); split$while_lawyer <- as.numeric(on[, 1] & !split$on_gone)
  split$first <- apply(cbind(on, as.matrix(split[actors])), 1, function(x) {
    here <- which(x[1:3] == 1); if (!length(here)) return("nobody")
    days <- x[3 + here]; if (sum(days == min(days)) > 1) "together" else actors[here[which.min(days)]]
  })
  split$first <- factor(split$first, c("nobody", actors, "together"))
  split
}
for (code in 1:2) {
  split <- cut_days()
  split$event <- as.numeric(split$ended == code)
  named <- function(x) paste0("support_", x, "_", code)
  for (one in c("all", "any", "two")) { split$set <- split[[one]]; fit_cox(named(one), Surv(from, to, event) ~ set + severe + age, split, cluster = court) }
  fit_cox(named("direct"), Surv(from, to, event) ~ any + on_accusation + severe, split, cluster = court)
  fit_cox(named("strata"), Surv(from, to, event) ~ any + age + strata(court), split, cluster = court)
  fit_cox(named("strata_unit"), Surv(from, to, event) ~ any + age + strata(court), split, cluster = id)
  fit_cox(named("by_unit_breslow"), Surv(from, to, event) ~ any + severe, split, cluster = id, ties = "breslow")
  wald <- function(case, fit, which, contrast = diag(length(which))) {
    b <- contrast %*% coef(fit)[which]; v <- contrast %*% fit$var[which, which] %*% t(contrast)
    say(case, "wald", c(drop(t(b) %*% solve(v) %*% b), nrow(contrast)), c("statistic", "df"))
  }
  for (lag in c(0, 30, 60)) {
    split <- cut_days(lag); split$event <- as.numeric(split$ended == code)
    fit_cox(paste0("support_lag", lag, "_", code), Surv(from, to, event) ~ any + severe, split, cluster = court)
  }
  split <- cut_days(); split$event <- as.numeric(split$ended == code)
  split$two_or_more <- as.numeric(split$number >= 2); split$one <- as.numeric(split$number == 1); split$two <- as.numeric(split$number == 2)
  fit <- fit_cox(named("number"), Surv(from, to, event) ~ one + two + all + severe, split, cluster = court)
  wald(named("number"), fit, 1:3); wald(named("number_same"), fit, 1:3, rbind(c(1, -1, 0), c(0, 1, -1)))
  say(named("number"), "units", sapply(0:3, function(k) length(unique(split$id[split$number == k]))), paste0(0:3))
  say(named("number"), "events_at", sapply(0:3, function(k) sum(split$event[split$number == k])), paste0(0:3))
  fit <- fit_cox(named("which"), Surv(from, to, event) ~ on_lawyer + on_psychologist + on_social_worker + severe, split, cluster = court)
  wald(named("which"), fit, 1:3)
  fit_cox(named("first"), Surv(from, to, event) ~ first + severe, subset(split, first != "together"), cluster = court)
  fit_cox(named("while"), Surv(from, to, event) ~ while_lawyer + severe, split, cluster = court)
  # counted later, it counts so much longer too: there on a day is who was there thirty days before it
  later <- cut_days(30); later$event <- as.numeric(later$ended == code)
  fit_cox(named("while_lag30"), Surv(from, to, event) ~ while_lawyer + severe, later, cluster = court)
  # is the set more than its parts: two actors, then three
  split$both <- split$on_lawyer * split$on_psychologist
  fit <- fit_cox(named("two_parts"), Surv(from, to, event) ~ on_lawyer + on_psychologist + both + severe, split, cluster = court)
  wald(named("two_parts"), fit, 3)
  b <- coef(fit)[1:3]; excess <- exp(sum(b)) - exp(b[1]) - exp(b[2]) + 1
  slope <- exp(sum(b)) - c(exp(b[1:2]), 0)
  say(named("two_parts"), "excess", c(excess, sqrt(drop(slope %*% fit$var[1:3, 1:3] %*% slope))), c("estimate", "std_error"))
  fit <- fit_cox(named("three_parts"), Surv(from, to, event) ~ on_lawyer + on_psychologist + on_social_worker + all + severe, split, cluster = court)
  b <- coef(fit)[1:4]; excess <- exp(sum(b)) - 1 - sum(exp(b[1:3]) - 1)
  slope <- exp(sum(b)) - c(exp(b[1:3]), 0)
  say(named("three_parts"), "excess", c(excess, sqrt(drop(slope %*% fit$var[1:4, 1:4] %*% slope))), c("estimate", "std_error"))
}
write.csv(do.call(rbind, lines), "effects_expected.csv", row.names = FALSE, quote = FALSE)
