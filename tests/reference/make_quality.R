# Kappa by vcd 1.4-11; chi-square, trend and equality of shares by base R. Writes quality_kappa.csv and quality_tests.csv.
# Run in this folder: Rscript make_quality.R

library(vcd)

tables <- list(
  three = matrix(c(44, 5, 1, 7, 20, 0, 9, 4, 6), 3, byrow = TRUE),
  two = matrix(c(20, 5, 10, 15), 2, byrow = TRUE),
  five = matrix(c(31, 4, 2, 0, 1, 6, 22, 5, 1, 0, 1, 7, 18, 4, 2, 0, 2, 6, 25, 3, 2, 0, 1, 5, 40), 5, byrow = TRUE),
  skewed = matrix(c(180, 6, 5, 4), 2, byrow = TRUE)
)
rows <- list()
for (name in names(tables)) {
  m <- tables[[name]]
  linear <- Kappa(m, weights = "Equal-Spacing")
  quadratic <- Kappa(m, weights = "Fleiss-Cohen")
  found <- rbind(none = linear$Unweighted, linear = linear$Weighted, quadratic = quadratic$Weighted)
  rows[[name]] <- data.frame(table = name, cells = paste(t(m), collapse = " "), weighting = rownames(found),
                             kappa = found[, 1], std_error = found[, 2])
}
options(digits = 17)
write.csv(do.call(rbind, rows), "quality_kappa.csv", row.names = FALSE)

pairs <- list(c(30, 40, 30, 45, 35, 20), c(120, 80, 60, 40, 90, 95, 70, 44), c(12, 9, 30, 14))
tested <- lapply(pairs, function(x) {
  found <- chisq.test(matrix(x, 2, byrow = TRUE), correct = FALSE)
  data.frame(test = "homogeneity", x = paste(x, collapse = " "), n = "", when = "",
             statistic = unname(found$statistic), p_value = found$p.value)
})
trend <- prop.trend.test(c(15, 22, 40, 39), c(60, 70, 90, 80), c(2015, 2016, 2017, 2018))
tested[[4]] <- data.frame(test = "trend", x = "15 22 40 39", n = "60 70 90 80", when = "2015 2016 2017 2018",
                          statistic = unname(trend$statistic), p_value = trend$p.value)
uneven <- prop.trend.test(c(5, 9, 30), c(50, 41, 77), c(2010, 2012, 2018))
tested[[5]] <- data.frame(test = "trend", x = "5 9 30", n = "50 41 77", when = "2010 2012 2018",
                          statistic = unname(uneven$statistic), p_value = uneven$p.value)
equal <- prop.test(c(56, 48), c(70, 80), correct = FALSE)
tested[[6]] <- data.frame(test = "equal", x = "56 48", n = "70 80", when = "",
                          statistic = unname(equal$statistic), p_value = equal$p.value)
write.csv(do.call(rbind, tested), "quality_tests.csv", row.names = FALSE)
