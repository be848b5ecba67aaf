# What R is asked, in the protocol of survival_task.py: warm up on a small input, say "ready", do the task, print one
# JSON line. The frame is built from plain columns of 32-bit integers before the clock starts.
# Usage: Rscript survival_peers.R TASK FOLDER WARM_FOLDER COLUMN...

words <- commandArgs(trailingOnly = TRUE)
columns <- words[-(1:3)]
suppressPackageStartupMessages(library(survival))

frame_of <- function(folder) {
  frame <- lapply(columns, function(name) {
    path <- file.path(folder, name)
    readBin(path, "integer", n = file.size(path) / 4, size = 4)
  })
  names(frame) <- columns
  as.data.frame(frame)
}

day <- 365
horizon <- 1095
covariates <- paste0("x", 1:10, collapse = " + ")
model <- function(response) as.formula(paste(response, "~", covariates))

tasks <- list(
  km = function(cases) {
    curve <- survfit(Surv(days, ending > 0) ~ office, data = cases)
    found <- summary(curve, times = day)
    c(estimate = found$surv[1], std_error = found$std.err[1])
  },
  aj = function(cases) {
    curve <- survfit(Surv(days, factor(ending, 0:4)) ~ office, data = cases)
    found <- summary(curve, times = day)
    c(estimate = found$pstate[1, 2], std_error = found$std.err[1, 2])
  },
  aj_gray = function(cases) {
    found <- cmprsk::cuminc(cases$days, cases$ending, cases$office)
    at <- cmprsk::timepoints(found[names(found) != "Tests"], day)
    c(estimate = unname(at$est["0 1", 1]), statistic = unname(found$Tests["1", "stat"]))
  },
  logrank = function(cases) c(statistic = survdiff(Surv(days, ending > 0) ~ office, data = cases)$chisq),
  means = function(cases) {
    found <- summary(survfit(Surv(days, ending > 0) ~ office, data = cases), rmean = horizon)$table
    c(estimate = unname(found[1, grep("^\\*?rmean", colnames(found))[1]]),
      std_error = unname(found[1, grep("se\\(rmean\\)", colnames(found))]))
  },
  cox = function(cases) {
    fit <- coxph(model("Surv(days, ending == 1)"), data = cases)
    c(coefficient = unname(coef(fit)[1]), std_error = sqrt(vcov(fit)[1, 1]))
  },
  cox_robust = function(cases) {
    fit <- coxph(model("Surv(days, ending == 1)"), data = cases, robust = TRUE)
    c(coefficient = unname(coef(fit)[1]), std_error = sqrt(vcov(fit)[1, 1]))
  },
  cox_entry = function(cases) {
    fit <- coxph(model("Surv(entry, days, ending == 1)"), data = cases)
    c(coefficient = unname(coef(fit)[1]), std_error = sqrt(vcov(fit)[1, 1]))
  },
  finegray = function(cases) {
    rows <- finegray(model("Surv(days, factor(ending, 0:4))"), data = cases, etype = "1")
    fit <- coxph(model("Surv(fgstart, fgstop, fgstatus)"), data = rows, weights = fgwt)
    c(coefficient = unname(coef(fit)[1]))
  },
  finegray_crr = function(cases) {
    fit <- cmprsk::crr(cases$days, cases$ending, as.matrix(cases[paste0("x", 1:10)]), failcode = 1)
    c(coefficient = unname(fit$coef[1]), std_error = sqrt(fit$var[1, 1]))
  }
)

memory <- function(line) {
  if (!file.exists("/proc/self/status")) return("NaN")
  found <- grep(line, readLines("/proc/self/status"), value = TRUE)
  format(as.numeric(gsub("[^0-9]", "", found)) / 1024)
}

say <- function(...) cat(..., "\n", sep = "")

invisible(tryCatch({
  task <- tasks[[words[1]]]
  options(warn = -1)
  task(frame_of(words[3]))
  cases <- frame_of(words[2])
  say("ready")
  held <- memory("VmRSS")
  clock <- proc.time()
  answer <- task(cases)
  spent <- proc.time() - clock
  numbers <- paste0("\"", names(answer), "\": ", format(answer, digits = 15, trim = TRUE), collapse = ", ")
  say("{\"wall\": ", spent[["elapsed"]], ", \"cpu\": ", spent[["user.self"]] + spent[["sys.self"]],
      ", \"held\": ", held, ", \"peak\": ", memory("VmHWM"), ", \"answer\": {", numbers, "}}")
}, error = function(failure) {
  why <- gsub("[\"\\\\\n]", " ", conditionMessage(failure))
  say("{\"failed\": \"", if (grepl("allocate", why)) "out of memory" else substr(why, 1, 200), "\"}")
}))
