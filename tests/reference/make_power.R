# Writes what tests/estimate/test_power.py and test_intraclass.py compare against.
#
#   Rscript make_power.R                 (run in this folder; base R only)
#
#   power_shares.csv       units in each group and power of two shares, by stats::power.prop.test
#   power_clusters.csv     admitted and applied by department and sex of the teaching data `UCBAdmissions`
#   power_intraclass.csv   analysis of variance of single applicants by cluster, and the F quantiles of its interval

number <- function(x) trimws(formatC(x, digits = 12, format = "g"))
write <- function(table, file) {
  table[] <- lapply(table, function(one) if (is.numeric(one)) number(one) else one)
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}

settings <- expand.grid(one = c(0.05, 0.3, 0.5), difference = c(-0.04, 0.05, 0.1, 0.25), power = c(0.8, 0.9),
  level = c(0.95, 0.99))
settings$two <- settings$one + settings$difference
exact <- .Machine$double.eps^0.9
settings$units <- mapply(function(one, two, power, level)
  power.prop.test(p1 = one, p2 = two, power = power, sig.level = 1 - level, tol = exact)$n,
  settings$one, settings$two, settings$power, settings$level)
settings$power_of_200 <- mapply(function(one, two, level)
  power.prop.test(n = 200, p1 = one, p2 = two, sig.level = 1 - level)$power,
  settings$one, settings$two, settings$level)
write(settings[c("one", "two", "power", "level", "units", "power_of_200")], "power_shares.csv")

counts <- as.data.frame(UCBAdmissions)
wide <- reshape(counts, idvar = c("Gender", "Dept"), timevar = "Admit", direction = "wide")
clusters <- data.frame(department = paste0(wide$Dept, substr(wide$Gender, 1, 1)), admitted = wide$Freq.Admitted,
  applied = wide$Freq.Admitted + wide$Freq.Rejected)
write(clusters, "power_clusters.csv")

single <- data.frame(y = rep(rep(c(1, 0), nrow(clusters)), c(rbind(clusters$admitted, clusters$applied - clusters$admitted))),
  cluster = rep(clusters$department, clusters$applied))
table <- anova(lm(y ~ cluster, single))
between <- table["cluster", "Mean Sq"]; within <- table["Residuals", "Mean Sq"]
df <- table[["Df"]]
n <- clusters$applied
n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
of <- function(f) (f - 1) / (f + n0 - 1)
ratio <- table["cluster", "F value"]
write(data.frame(estimate = (between - within) / (between + (n0 - 1) * within),
  conf_low = of(ratio / qf(0.975, df[1], df[2])), conf_high = of(ratio / qf(0.025, df[1], df[2])),
  cluster_size = mean(n), size_cv = sd(n) / mean(n)), "power_intraclass.csv")
