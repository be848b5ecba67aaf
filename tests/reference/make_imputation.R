# Rubin's rules with the degrees of freedom of Barnard and Rubin, by mice::pool.scalar and by pool() of a regression.
# Run in this folder: Rscript make_imputation.R
suppressMessages(library(mice))
options(digits = 15)

sets <- list(
  three = list(q = c(1, 2, 3), u = c(1, 1, 1)),
  close = list(q = c(0.101, 0.1012, 0.0998, 0.1005), u = c(0.0011, 0.0012, 0.00105, 0.00118)),
  apart = list(q = c(-0.3, 0.2, 0.5, -0.1, 0.05), u = c(0.01, 0.02, 0.015, 0.012, 0.011))
)
rows <- list()
for (name in names(sets)) {
  one <- sets[[name]]
  for (df in c(Inf, 9, 29, 499)) {
    # pool.scalar takes the number of cases n and of parameters k; its degrees of freedom are n - k
    got <- pool.scalar(one$q, one$u, n = if (is.infinite(df)) Inf else df + 1, k = 1)
    rows[[length(rows) + 1]] <- data.frame(
      set = name, complete_df = df, q = paste(format(one$q, digits = 12), collapse = " "),
      u = paste(format(one$u, digits = 12), collapse = " "), estimate = got$qbar, within = got$ubar,
      between = got$b, total = got$t, df = got$df, missing_information = got$fmi
    )
  }
}
table <- do.call(rbind, rows)
for (column in names(table)) if (is.numeric(table[[column]])) table[[column]] <- formatC(table[[column]], digits = 12, format = "g")
write.csv(table, "imputation_pooled.csv", row.names = FALSE, quote = FALSE)

# pool() of a regression on imputed teaching data: the rules as an analyst meets them
set.seed(1)
fits <- with(mice(nhanes2, m = 5, printFlag = FALSE, seed = 7), lm(chl ~ bmi))
answer <- summary(pool(fits), conf.int = TRUE)
single <- do.call(rbind, lapply(seq_along(fits$analyses), function(m) {
  coefs <- summary(fits$analyses[[m]])$coefficients
  data.frame(imputation = m, term = rownames(coefs), estimate = coefs[, 1], std_error = coefs[, 2])
}))
expected <- data.frame(
  imputation = 0, term = as.character(answer$term), estimate = answer$estimate, std_error = answer$std.error,
  df = answer$df, conf_low = answer[["2.5 %"]], conf_high = answer[["97.5 %"]]
)
single$df <- NA; single$conf_low <- NA; single$conf_high <- NA
both <- rbind(single, expected)
for (column in setdiff(names(both), c("imputation", "term"))) both[[column]] <- formatC(both[[column]], digits = 12, format = "g")
write.csv(both, "imputation_regression.csv", row.names = FALSE, quote = FALSE)
