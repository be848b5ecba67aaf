# Shares of pooled items of practice by R's survey package: cases as sampling units, and clusters with weights.
# Rscript make_practice.R, in this folder; writes practice_cases.csv and practice_shares.csv.

library(survey)
options(digits = 17)
set.seed(348)

n <- 80
cases <- data.frame(
  id = seq_len(n),
  cluster = sample(1:12, n, replace = TRUE),
  weight = sample(c(1.5, 2, 4), n, replace = TRUE),
  round = rep(c("2016", "2018"), each = n / 2),
  judged = sample(0:6, n, replace = TRUE)
)
cases$met <- rbinom(n, cases$judged, 0.3 + 0.05 * (cases$cluster %% 5))
write.csv(cases, "practice_cases.csv", row.names = FALSE)

of <- function(design, name) {
  share <- svyratio(~met, ~judged, design)
  data.frame(design = name, estimate = coef(share)[[1]], std_error = SE(share)[[1]])
}
by_case <- svydesign(ids = ~1, weights = ~1, data = cases)
by_cluster <- svydesign(ids = ~cluster, weights = ~weight, data = cases)

change <- function(design, name) {
  rounds <- svyby(~met, ~round, design, svyratio, denominator = ~judged, covmat = TRUE)
  contrast <- svycontrast(rounds, c("2016" = -1, "2018" = 1))
  data.frame(design = name, estimate = coef(contrast)[[1]], std_error = SE(contrast)[[1]])
}
found <- rbind(
  of(by_case, "cases"), of(by_cluster, "clusters"),
  change(by_case, "change of cases"), change(by_cluster, "change of clusters")
)
write.csv(found, "practice_shares.csv", row.names = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
