# Shares from a sample with weights, strata and clusters, and exact intervals: numbers to compare with.
# Run in this folder: Rscript make_rates.R
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 15)

# A survey that is made up: 4 regions, clusters of unequal size, weights; form of violence, told to the police or not.
set.seed(1631)
cluster_sizes <- sample(3:9, 26, replace = TRUE)
cluster <- rep(1:26, cluster_sizes)
region <- rep(c(rep("north", 9), rep("south", 9), rep("east", 7), "west"), cluster_sizes)
n <- length(cluster)
form <- sample(c("physical", "sexual", "psychological"), n, replace = TRUE, prob = c(.5, .2, .3))
victim <- rbinom(n, 1, .6)
lean <- rnorm(26)[cluster]
reported <- victim * rbinom(n, 1, plogis(-1 + lean))
weight <- round(runif(n, 20, 200), 1)
rows <- data.frame(region, cluster, weight, form, victim, reported)
write.csv(rows, "rates_survey_rows.csv", row.names = FALSE, quote = FALSE)

designs <- list(
  weights = svydesign(ids = ~1, weights = ~weight, data = rows),
  strata = svydesign(ids = ~1, strata = ~region, weights = ~weight, data = rows),
  clusters = svydesign(ids = ~cluster, weights = ~weight, data = rows),
  both = svydesign(ids = ~cluster, strata = ~region, weights = ~weight, data = rows)
)
shares <- NULL
contrasts <- NULL
one <- function(name, design, group) {
  found <- svyciprop(~reported, design, method = "logit", level = 0.95)
  data.frame(design = name, group = group, estimate = as.numeric(found), std_error = as.numeric(SE(found)),
             conf_low = confint(found)[1], conf_high = confint(found)[2], df = degf(design))
}
for (name in names(designs)) {
  victims <- subset(designs[[name]], victim == 1)
  shares <- rbind(shares, one(name, victims, "all"))
  for (level in c("physical", "psychological", "sexual")) {
    shares <- rbind(shares, one(name, subset(victims, form == level), level))
  }
  by_form <- svyby(~reported, ~form, victims, svymean, covmat = TRUE)
  for (level in c("psychological", "sexual")) {
    difference <- svycontrast(by_form, setNames(list(c(-1, 1)), "d")[[1]] |> setNames(c("physical", level)))
    logratio <- svycontrast(by_form, str2lang(sprintf("log(%s / physical)", level)))
    contrasts <- rbind(contrasts, data.frame(
      design = name, group = level, difference = as.numeric(difference), difference_error = as.numeric(SE(difference)),
      log_ratio = as.numeric(logratio), log_ratio_error = as.numeric(SE(logratio))))
  }
}
write.csv(shares, "rates_survey_shares.csv", row.names = FALSE, quote = FALSE)
write.csv(contrasts, "rates_survey_contrasts.csv", row.names = FALSE, quote = FALSE)

intervals <- NULL
for (pair in list(c(0, 10), c(1, 10), c(8, 321), c(95, 46756), c(50, 100), c(10, 10), c(1, 1))) {
  x <- pair[1]; m <- pair[2]
  exact <- binom.test(x, m)$conf.int
  score <- prop.test(x, m, correct = FALSE)$conf.int
  intervals <- rbind(intervals, data.frame(
    x = x, n = m, exact_low = exact[1], exact_high = exact[2], wilson_low = score[1], wilson_high = score[2],
    jeffreys_low = if (x == 0) 0 else qbeta(.025, x + .5, m - x + .5),
    jeffreys_high = if (x == m) 1 else qbeta(.975, x + .5, m - x + .5)))
}
write.csv(intervals, "rates_intervals.csv", row.names = FALSE, quote = FALSE)

counts <- NULL
for (pair in list(c(12858, 13442), c(8, 3), c(40, 25))) {
  found <- poisson.test(pair)
  counts <- rbind(counts, data.frame(after = pair[1], before = pair[2], ratio = as.numeric(found$estimate),
                                     conf_low = found$conf.int[1], conf_high = found$conf.int[2]))
}
write.csv(counts, "rates_counts.csv", row.names = FALSE, quote = FALSE)
