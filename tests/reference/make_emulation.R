# Writes the cases and the published-software answers that tests/estimate/test_emulation_reference.py compares against.
#
#   Rscript make_emulation.R            (run in this folder; needs survival)
#
#   emulation_cases_<set>.csv   exit, code, start, milestones m1 m2, columns x1 x2, cluster, weight; empty = never
#   emulation_expected.csv      set, timing, quantity, arm, code, day, value
# Clones are written out day by day. The start model is glm() on person-days, the curves are survfit() of the weighted
# days, so nothing is shared with the package but the definition.
# Sets: the heart transplants of survival (jasa: death, transplant within 30 days), and one that is drawn here.

suppressMessages(library(survival))
number <- function(x) ifelse(is.na(x), "", trimws(formatC(as.numeric(x), digits = 14, format = "g")))
never <- 2^30

heart <- with(jasa, data.frame(exit = futime, code = fustat, start = ifelse(transplant == 1, wait.time, never),
  m1 = never, m2 = never, x1 = age - 48, x2 = surgery, cluster = seq_along(futime) %% 10, weight = 1))

set.seed(20260704)
n <- 260; last <- 60
drawn <- data.frame(exit = last, code = 0, start = never, m1 = never, m2 = never, x1 = rbinom(n, 1, .4),
  x2 = round(rnorm(n), 1), cluster = sample(0:11, n, replace = TRUE), weight = round(runif(n, .4, 2.5), 2))
for (i in seq_len(n)) for (day in 0:last) {
  case <- drawn[i, ]; held <- (case$m1 < day) + (case$m2 < day)
  ends <- c(.012 * exp(.4 * case$x1 + .5 * held), .02)
  luck <- runif(1)
  if (luck < sum(ends)) { drawn$exit[i] <- day; drawn$code[i] <- 1 + (luck > ends[1]); break }
  if (runif(1) < .008) { drawn$exit[i] <- day; break }
  if (case$start == never && runif(1) < plogis(-3.2 + .6 * case$x1 - .3 * case$x2 + .5 * held)) drawn$start[i] <- day
  if (case$m1 == never && runif(1) < .03) drawn$m1[i] <- day
  if (case$m2 == never && runif(1) < .02) drawn$m2[i] <- day
}
sets <- list(
  heart = list(cases = heart, g = 30, firsts = c(0, 1), window = 10, last = 365),
  drawn = list(cases = drawn, g = 20, firsts = c(0, 1, 3, 4, 6, 7, 10, 12, 14), window = 7, last = 60))

lines <- list()
say <- function(set, timing, quantity, arm, code, day, value)
  lines[[length(lines) + 1]] <<- data.frame(set, timing, quantity, arm, code, day, value = number(value))

for (name in names(sets)) {
  asked <- sets[[name]]; cases <- asked$cases; g <- asked$g
  cases$id <- seq_len(nrow(cases))
  out <- cases
  for (column in c("start", "m1", "m2")) out[[column]] <- ifelse(out[[column]] == never, NA, out[[column]])
  write.csv(out[setdiff(names(out), "id")], paste0("emulation_cases_", name, ".csv"), row.names = FALSE, quote = FALSE, na = "")
  interval <- function(day) findInterval(day, asked$firsts)

  # person-days: open and without support at the end of the day
  decided <- cases[rep(cases$id, pmax(0, pmin(cases$exit, cases$start + 1, g + 1))), ]
  decided$day <- ave(decided$id, decided$id, FUN = seq_along) - 1
  decided$starts <- as.numeric(decided$start == decided$day)
  decided$h1 <- as.numeric(decided$m1 < decided$day); decided$h2 <- as.numeric(decided$m2 < decided$day)
  decided$interval <- factor(interval(decided$day))
  some <- names(which(tapply(decided$starts, decided$interval, sum) > 0))
  used <- droplevels(decided[decided$interval %in% some, ])
  terms <- c("interval - 1", "x1", "x2", if (any(used$h1 > 0)) "h1", if (any(used$h2 > 0)) "h2")
  fit <- suppressWarnings(glm(reformulate(terms, "starts"), binomial, used, weights = weight,
    control = glm.control(epsilon = 1e-15, maxit = 60)))
  decided$h <- 0
  decided$h[decided$interval %in% some] <- predict(fit, used, type = "response")
  slopes <- coef(fit)[c("x1", "x2", if ("h1" %in% terms) "h1", if ("h2" %in% terms) "h2")]
  say(name, "", "coefficient", "", seq_along(slopes), "", slopes)

  starters <- cases[cases$start < cases$exit & cases$start <= g, ]
  lengths <- diff(c(asked$firsts, g + 1))
  share <- tapply(starters$weight, factor(interval(starters$start), seq_along(lengths)), sum, default = 0) / lengths
  density <- rep(share, lengths)
  left <- rev(cumsum(rev(density)))
  usual <- ifelse(left > 0, density / left, 1); usual[length(usual)] <- 1
  even <- 1 / (g - 0:g + 1)

  for (timing in c("usual", "even", "late")) {
    chosen <- if (timing == "usual") usual else even
    own <- if (timing == "late") g - asked$window + 1 else 0
    for (arm in c("started", "not_started")) {
      d <- decided
      star <- if (arm == "started") ifelse(d$day < own, d$h, chosen[d$day + 1]) else 0 * d$h
      d$factor <- ifelse(d$starts == 1, star / d$h, (1 - star) / (1 - d$h))
      # the weight on a day is the product over the days before it
      frame <- cases[rep(cases$id, pmin(cases$exit, asked$last) + 1), ]
      frame$day <- ave(frame$id, frame$id, FUN = seq_along) - 1
      products <- lapply(split(d$factor, d$id), cumprod)
      weight_on <- function(id, day) {
        p <- products[[as.character(id)]]
        if (is.null(p) || day == 0) 1 else p[min(day, length(p))]
      }
      frame$w <- mapply(weight_on, frame$id, frame$day) * frame$weight
      frame <- frame[frame$w > 0, ]
      event <- factor(ifelse(frame$exit == frame$day, frame$code, 0), 0:max(1, max(cases$code)))
      curve <- survfit(Surv(day - 1, day, event) ~ 1, frame, weights = w, id = seq_len(nrow(frame)), se.fit = FALSE)
      days <- round(seq(0, asked$last, length.out = 13))
      at <- findInterval(days, curve$time)
      for (code in seq_len(max(cases$code)))
        say(name, timing, "incidence", arm, code, days, ifelse(at > 0, curve$pstate[pmax(at, 1), code + 1], 0))
      there <- tapply(frame$w, factor(frame$day, 0:asked$last), sum, default = 0)
      say(name, timing, "at_risk", arm, "", days, there[days + 1])
    }
  }
}
write.csv(do.call(rbind, lines), "emulation_expected.csv", row.names = FALSE, quote = FALSE)
