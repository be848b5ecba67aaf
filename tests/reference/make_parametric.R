# Writes what tests/estimate/test_parametric.py compares against.
#
#   Rscript make_parametric.R            (run in this folder; needs survival)
#
#   parametric_rows.csv       the teaching data `veteran` (survival) with a weight, a cluster and an entry made from the
#                             row number
#   parametric_expected.csv   coefficients and the upper triangle of their variance: `survreg` plain, weighted with the
#                             sandwich, clustered; for delayed entry a Weibull model by `optim` on its own likelihood

suppressMessages(library(survival))
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
veteran <- survival::veteran
i <- seq_len(nrow(veteran))
rows <- data.frame(time = veteran$time, ended = veteran$status, karno = veteran$karno, treated = veteran$trt - 1,
  weight = 1 + (i %% 3) / 2, cluster = i %% 20, entry = ifelse(i %% 3 == 0, veteran$time %/% 3, 0))
write.csv(data.frame(lapply(rows, number)), "parametric_rows.csv", row.names = FALSE, quote = FALSE)

out <- list()
put <- function(dist, kind, coef, var, loglik) {
  named <- c("(Intercept)", "karno", "treated", "log_scale")
  grid <- expand.grid(a = seq_along(named), b = seq_along(named))
  grid <- grid[grid$a <= grid$b, ]
  out[[length(out) + 1]] <<- data.frame(distribution = dist, kind = kind, what = "coef", a = named, b = "", value = coef)
  out[[length(out) + 1]] <<- data.frame(distribution = dist, kind = kind, what = "var", a = named[grid$a], b = named[grid$b],
    value = var[as.matrix(grid)])
  out[[length(out) + 1]] <<- data.frame(distribution = dist, kind = kind, what = "loglik", a = "", b = "", value = loglik)
}
tight <- survreg.control(rel.tolerance = 1e-14, maxiter = 200)
names_of <- c(weibull = "weibull", "log-normal" = "lognormal", "log-logistic" = "loglogistic")
for (dist in names(names_of)) {
  f <- Surv(time, ended) ~ karno + treated
  plain <- survreg(f, rows, dist = names_of[[dist]], control = tight)
  put(dist, "plain", c(coef(plain), log(plain$scale)), vcov(plain), plain$loglik[2])
  weighted <- survreg(f, rows, weights = weight, robust = TRUE, dist = names_of[[dist]], control = tight)
  # the variance that survreg 3.5 prints here leaves the weights out of the squared residuals; these have them
  sandwich <- crossprod(residuals(weighted, type = "dfbeta", weighted = TRUE))
  put(dist, "weighted", c(coef(weighted), log(weighted$scale)), sandwich, weighted$loglik[2])
  clustered <- survreg(Surv(time, ended) ~ karno + treated + cluster(cluster), rows, dist = names_of[[dist]], control = tight)
  put(dist, "clustered", c(coef(clustered), log(clustered$scale)), vcov(clustered), clustered$loglik[2])
}

x <- cbind(1, rows$karno, rows$treated)
scaled <- cbind(1, (rows$karno - 58) / 20, rows$treated)
minus <- function(p) {
  eta <- as.vector(scaled %*% p[1:3]); s <- exp(p[4])
  w <- (log(rows$time) - eta) / s
  before <- ifelse(rows$entry > 0, exp((log(pmax(rows$entry, 1)) - eta) / s), 0)
  -sum(rows$ended * (w - p[4] - log(rows$time)) - exp(w) + before)
}
p <- c(4.5, 0.6, 0, 0)
for (again in 1:20) p <- optim(p, minus, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000, ndeps = rep(1e-5, 4)))$par
back <- rbind(c(1, -58 / 20, 0, 0), c(0, 1 / 20, 0, 0), c(0, 0, 1, 0), c(0, 0, 0, 1))
h <- optimHess(p, minus, control = list(ndeps = rep(1e-4, 4)))
put("weibull", "late", as.vector(back %*% p), back %*% solve(h) %*% t(back), -minus(p))
expected <- do.call(rbind, out)
expected$value <- number(expected$value)
write.csv(expected, "parametric_expected.csv", row.names = FALSE, quote = FALSE)
