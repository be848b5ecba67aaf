# Writes what tests/estimate/test_point_reference.py compares against.
#
#   Rscript make_point.R            (run in this folder; needs survey, numDeriv; point_rows_*.csv by make_point_rows.py)
#
#   point_effects.csv    means of both arms and contrasts with their errors, by solving all estimating equations together:
#                        coefficients by glm, the derivative of the sums by numDeriv, the variance as the sandwich of both
#   point_survey.csv     weighted means with fixed weights by survey::svyglm
# An empty cell is R's NA.

suppressMessages({library(survey); library(numDeriv)})
number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 12, format = "g")))
write_table <- function(table, name) {
  text <- lapply(table, function(x) if (is.numeric(x)) number(x) else as.character(x))
  write.csv(as.data.frame(text), name, row.names = FALSE, quote = FALSE)
}

nhefs <- read.csv("point_rows_nhefs.csv")
nsw <- read.csv("point_rows_nsw.csv")
smoking <- ~ sex + race + age + I(age^2) + factor(education) + smokeintensity + I(smokeintensity^2) + smokeyrs + I(smokeyrs^2) +
  factor(exercise) + factor(active) + wt71 + I(wt71^2)
found_work <- ~ age + educ + black + marr + re75
training <- ~ age + educ + black + hisp + marr + nodegree + re74 + re75
sets <- list(
  list(data = "nhefs", outcome = "weight_change", kind = "continuous", y = nhefs$wt82_71, a = nhefs$qsmk, x = model.matrix(smoking, nhefs),
    m = nhefs$smokeintensity, rows = nhefs),
  list(data = "nhefs", outcome = "death", kind = "binary", y = nhefs$death, a = nhefs$qsmk, x = model.matrix(smoking, nhefs),
    m = nhefs$smokeintensity, rows = nhefs),
  list(data = "nsw", outcome = "earnings", kind = "continuous", y = nsw$re78, a = nsw$treat, x = model.matrix(training, nsw), m = nsw$educ, rows = nsw),
  list(data = "nsw", outcome = "worked", kind = "binary", y = nsw$worked, a = nsw$treat, x = model.matrix(found_work, nsw), m = nsw$educ, rows = nsw))

# columns on one scale, so that a numerical derivative is good in every direction; predictions do not change
scaled <- function(x) sweep(x, 2, apply(abs(x), 2, max), "/")
expit <- function(z) 1 / (1 + exp(-z))

solved <- function(set, estimator, weighted, clustered) {
  y <- set$y; a <- set$a; x <- scaled(set$x); p <- ncol(x); n <- length(y)
  w <- if (weighted) set$rows$weight else rep(1, n)
  link <- if (set$kind == "binary") expit else identity
  extra <- switch(estimator, g_modified = function(a) cbind(a, a * set$m / max(abs(set$m))), g_arms = , aipw = function(a) a * x,
    function(a) cbind(a))
  design <- function(a) cbind(x, extra(rep_len(a, n)))
  family <- if (set$kind == "binary") quasibinomial() else gaussian()
  exact <- glm.control(epsilon = 1e-15, maxit = 100)
  beta <- unname(coef(glm(y ~ 0 + design(a), family = family, weights = w, control = exact)))
  gamma <- unname(coef(glm(a ~ 0 + x, family = quasibinomial(), weights = w, control = exact)))
  q <- length(beta)
  equations <- function(theta, sums = TRUE) {
    b <- theta[seq_len(q)]; g <- theta[q + seq_len(p)]; mu <- theta[q + p + 1:2]
    fitted <- link(drop(design(a) %*% b)); score <- expit(drop(x %*% g))
    arms <- cbind(link(drop(design(1) %*% b)), link(drop(design(0) %*% b)))
    own <- cbind(a, 1 - a); inverse <- cbind(1 / score, 1 / (1 - score))
    means <- switch(estimator,
      crude = own * (y - rep(mu, each = n)),
      ipw = own * inverse * (y - rep(mu, each = n)),
      aipw = arms + own * inverse * (y - arms) - rep(mu, each = n),
      arms - rep(mu, each = n))
    each <- w * cbind((y - fitted) * design(a), (a - score) * x, means)
    if (sums) colSums(each) else each
  }
  score <- expit(drop(x %*% gamma)); own <- cbind(a, 1 - a); inverse <- cbind(1 / score, 1 / (1 - score))
  arms <- cbind(link(drop(design(1) %*% beta)), link(drop(design(0) %*% beta)))
  mu <- switch(estimator,
    crude = colSums(w * own * y) / colSums(w * own),
    ipw = colSums(w * own * inverse * y) / colSums(w * own * inverse),
    aipw = colSums(w * (arms + own * inverse * (y - arms))) / sum(w),
    colSums(w * arms) / sum(w))
  theta <- c(beta, gamma, mu)
  bread <- solve(jacobian(equations, theta, method = "Richardson"))
  each <- equations(theta, sums = FALSE)
  factor <- 1
  if (clustered) {
    each <- rowsum(each, set$rows$cluster)
    factor <- nrow(each) / (nrow(each) - 1)
  }
  spread <- factor * bread %*% crossprod(each) %*% t(bread)
  last <- length(theta) - 1:0
  v <- spread[last, last]
  se <- function(slope) sqrt(drop(slope %*% v %*% slope))
  binary <- set$kind == "binary"
  data.frame(data = set$data, outcome = set$outcome, kind = set$kind, estimator = estimator, weighted = weighted, clustered = clustered,
    mean_exposed = mu[1], mean_others = mu[2], se_exposed = sqrt(v[1, 1]), se_others = sqrt(v[2, 2]), difference = mu[1] - mu[2],
    se_difference = se(c(1, -1)), ratio = mu[1] / mu[2], se_log_ratio = se(c(1, -1) / mu),
    odds_ratio = if (binary) mu[1] / (1 - mu[1]) / (mu[2] / (1 - mu[2])) else NA,
    se_log_odds_ratio = if (binary) se(c(1, -1) / (mu * (1 - mu))) else NA)
}

found <- NULL
for (set in sets) for (estimator in c("crude", "g_one", "g_modified", "g_arms", "ipw", "aipw"))
  for (design in list(c(FALSE, FALSE), c(TRUE, FALSE), c(FALSE, TRUE), c(TRUE, TRUE)))
    found <- rbind(found, solved(set, estimator, design[1], design[2]))
write_table(found, "point_effects.csv")

# ---- fixed weights: what survey makes of a weighted regression on the exposure alone -----------------------------------
fixed <- NULL
for (set in sets) {
  score <- fitted(glm(set$a ~ 0 + set$x, family = binomial(), control = glm.control(epsilon = 1e-15, maxit = 100)))
  rows <- data.frame(y = set$y, a = set$a, ip = ifelse(set$a == 1, 1 / score, 1 / (1 - score)), cluster = set$rows$cluster)
  for (clustered in c(FALSE, TRUE)) {
    sampled <- svydesign(ids = if (clustered) ~cluster else ~1, weights = ~ip, data = rows)
    fit <- svyglm(y ~ a, sampled)
    units <- if (clustered) length(unique(rows$cluster)) else nrow(rows)
    fixed <- rbind(fixed, data.frame(data = set$data, outcome = set$outcome, clustered = clustered, difference = unname(coef(fit)[2]),
      std_error = unname(sqrt(vcov(fit)[2, 2])), units = units))
  }
}
write_table(fixed, "point_survey.csv")
