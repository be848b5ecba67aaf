# Writes spells and the published-software answers that tests/estimate/test_multistate_reference.py compares against.
#
#   Rscript make_multistate.R            (run in this folder; needs survival and etm)
#
#   multistate_spells.csv       data, group, unit, state, to (-1 censored), entry (-1 from the start), exit, weight
#   multistate_expected.csv     data, group, state, day, probability, ij_error (survfit), greenwood_error (etm)
#   multistate_transition.csv   etm's P(s, t): data, after, from, to, day, probability, greenwood_error
#   multistate_intensity.csv    data, group, from, to, day, cumulative (survfit)
#   multistate_means.csv        data, group, state, horizon, expected, ij_error (survfit)
# The data are myeloid and mgus2 (survival), abortion and sir.cont (etm), teaching data of those packages, and small
# weighted ones with ties that are drawn here.

suppressMessages({library(survival); library(etm)})
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
out <- list(spells = list(), expected = list(), transition = list(), intensity = list(), means = list())
keep <- function(part, rows) out[[part]][[length(out[[part]]) + 1]] <<- rows

# rows: group, unit, state, to, entry, exit, weight; names of states are 0..J-1, the first is where all begin
survfit_side <- function(name, rows, days, horizon) {
  j <- max(rows$state, rows$to) + 1
  labels <- as.character(seq_len(j) - 1)
  keep("spells", data.frame(data = name, rows))
  for (g in unique(rows$group)) {
    r <- rows[rows$group == g, ]
    r <- r[order(r$unit, r$exit), ]
    r$event <- factor(ifelse(r$to < 0, "none", r$to), c("none", labels))
    r$istate <- factor(r$state, labels)
    fit <- survfit(Surv(entry, exit, event) ~ 1, data = r, id = unit, istate = istate, weights = weight, influence = TRUE)
    at <- summary(fit, times = days, extend = TRUE)
    states <- match(fit$states, labels) - 1
    for (k in seq_along(states)) keep("expected", data.frame(data = name, group = g, state = states[k], day = days,
      probability = at$pstate[, k], ij_error = at$std.err[, k]))
    # the influence of each unit on the curves, added up over the days: the error of the expected days
    # (its first slice is the start; without the weights of the units)
    pull <- fit$influence.pstate
    pull <- pull * as.vector(tapply(r$weight, r$unit, function(x) x[1])[as.character(unique(r$unit))])
    start <- pull[, 1, ]; pull <- pull[, -1, , drop = FALSE]
    stopifnot(max(abs(sqrt(apply(pull^2, 2:3, sum)) - fit$std.err)) < 1e-9)
    # time runs from 0; whoever moves on day 0 has left at once, and before the first time the start stands
    inside <- fit$time < horizon
    length <- diff(c(fit$time[inside], horizon))
    days_in <- apply(fit$pstate[inside, , drop = FALSE] * length, 2, sum) + fit$p0 * max(fit$time[1], 0)
    pulled <- apply(sweep(pull[, inside, , drop = FALSE], 2, length, "*"), c(1, 3), sum) + max(fit$time[1], 0) * start
    keep("means", data.frame(data = name, group = g, state = states, horizon = horizon, expected = days_in,
      ij_error = sqrt(colSums(pulled^2))))
    moves <- strsplit(colnames(at$cumhaz), ".", fixed = TRUE)
    for (k in seq_along(moves)) {
      pair <- states[as.integer(moves[[k]])]
      keep("intensity", data.frame(data = name, group = g, from = pair[1], to = pair[2], day = days,
        cumulative = at$cumhaz[, k]))
    }
  }
}

etm_side <- function(name, rows, days, after = -1) {
  j <- max(rows$state, rows$to) + 1
  labels <- as.character(seq_len(j) - 1)
  tra <- matrix(FALSE, j, j)
  for (i in which(rows$to >= 0)) tra[rows$state[i] + 1, rows$to[i] + 1] <- TRUE
  long <- data.frame(id = rows$unit, from = as.character(rows$state), to = ifelse(rows$to < 0, "cens", rows$to),
    entry = rows$entry + 1, exit = rows$exit + 1)  # etm knows no time below 0
  fit <- etm(long, labels, tra, "cens", s = after + 1)
  for (from in which(rowSums(tra) > 0)) for (to in seq_len(j)) {
    pick <- function(v) c(v)[findInterval(days + 1, fit$time)]
    p <- pick(fit$est[from, to, ])
    key <- paste(from - 1, to - 1)
    v <- trcov(fit, key)
    keep("transition", data.frame(data = name, after = after, from = from - 1, to = to - 1, day = days, probability = p,
      greenwood_error = sqrt(pmax(pick(v), 0))))
  }
}

# ---- mgus2: illness-death, progression then death, by sex ------------------------------------------------------------
m <- mgus2
ill <- m$pstat == 1
# a progression in the month of the death is moved half a month before it, as the package's vignette does: halves
progress <- ifelse(ill & m$ptime == m$futime & m$death == 1, 2 * m$ptime - 1, 2 * m$ptime)
first <- data.frame(group = as.character(m$sex), unit = m$id, state = 0, to = ifelse(ill, 1, ifelse(m$death == 1, 2, -1)),
  entry = -1, exit = ifelse(ill, progress, 2 * m$futime), weight = 1)
second <- data.frame(group = as.character(m$sex), unit = m$id, state = 1, to = ifelse(m$death == 1, 2, -1),
  entry = progress, exit = 2 * m$futime, weight = 1)[ill & progress < 2 * m$futime, ]
survfit_side("mgus2", rbind(first, second), c(60, 120, 240, 480), 480)
women <- rbind(first, second); women <- women[women$group == "F", ]
etm_side("mgus2", women, c(60, 120, 240, 480))
etm_side("mgus2", women, c(240, 480), after = 120)

# ---- myeloid: transplant, response, relapse, death -------------------------------------------------------------------
t0 <- myeloid
tie <- with(t0, !is.na(crtime) & !is.na(txtime) & crtime == txtime); t0$crtime[tie] <- t0$crtime[tie] - 1
t0 <- t0[t0$futime > 0, ]
d <- tmerge(t0[, c("id", "trt")], t0, id = id, death = event(futime, death), sct = event(txtime), cr = event(crtime),
  relapse = event(rltime))
kind <- with(d, cr + 2 * sct + 4 * relapse + 8 * death)
stopifnot(all(kind %in% c(0, 1, 2, 4, 8)))
to <- match(kind, c(1, 2, 4, 8)); to[is.na(to)] <- -1
rows <- data.frame(group = as.character(d$trt), unit = d$id, state = 0, to = to, entry = d$tstart, exit = d$tstop, weight = 1)
for (i in seq_len(nrow(rows))[-1]) if (rows$unit[i] == rows$unit[i - 1])
  rows$state[i] <- if (rows$to[i - 1] >= 0) rows$to[i - 1] else rows$state[i - 1]
rows$entry[rows$entry == 0] <- -1
survfit_side("myeloid", rows, c(30, 180, 365, 730, 1500), 1000)

# ---- sir.cont: ventilation on and off (reversible), two states at the start ------------------------------------------
data(sir.cont)
s <- sir.cont[order(sir.cont$id, sir.cont$time), ]
s$time <- 2 * s$time
for (i in seq_len(nrow(s))[-1]) if (s$id[i] == s$id[i - 1] && s$time[i] == s$time[i - 1]) s$time[i - 1] <- s$time[i - 1] - 1
same <- c(FALSE, s$id[-1] == s$id[-nrow(s)])
r <- data.frame(group = "all", unit = s$id, state = as.integer(as.character(s$from)),
  to = ifelse(s$to == "cens", -1, suppressWarnings(as.integer(as.character(s$to)))),
  entry = ifelse(same, c(0, s$time[-nrow(s)]), -1), exit = s$time, weight = 1)
r <- r[r$entry < r$exit, ]
survfit_side("sir", r, c(6, 20, 60, 150), 100)
etm_side("sir", r, c(6, 20, 60, 150))
etm_side("sir", r, c(20, 60), after = 10)

# ---- abortion: delayed entry, three endings --------------------------------------------------------------------------
data(abortion)
a <- data.frame(group = "all", unit = seq_len(nrow(abortion)), state = 0,
  to = ifelse(abortion$cause == 0, -1, abortion$cause), entry = abortion$entry, exit = abortion$exit, weight = 1)
a <- a[a$entry < a$exit, ]
a$entry <- round(10 * a$entry); a$exit <- round(10 * a$exit); a <- a[a$entry < a$exit, ]
keep("spells", data.frame(data = "abortion", a))
etm_side("abortion", a, c(80, 150, 250, 400))

# ---- small, weighted, several spells, heavy ties ---------------------------------------------------------------------
set.seed(3)
small <- NULL
for (i in 1:60) {
  t <- -1; state <- sample(0:1, 1, prob = c(.8, .2)); w <- sample(c(.5, 1, 2.25), 1)
  repeat {
    stay <- sample(1:6, 1); to <- sample(setdiff(0:3, state), 1, prob = c(.4, .3, .3)); stop <- max(t, 0) + stay
    if (stop > 14) to <- -1
    stop <- min(stop, 14)
    small <- rbind(small, data.frame(group = c("a", "b")[i %% 2 + 1], unit = i, state = state, to = to, entry = t,
      exit = stop, weight = w))
    if (to < 0 || to == 3 || stop >= 14) break
    t <- stop; state <- to
  }
}
survfit_side("small", small, c(2, 5, 8, 12), 12)

for (part in names(out)) {
  table <- do.call(rbind, out[[part]])
  text <- lapply(table, function(x) if (is.numeric(x)) number(x) else as.character(x))
  write.csv(as.data.frame(text), paste0("multistate_", part, ".csv"), row.names = FALSE, quote = FALSE)
}
