# Shares from draws without replacement, in one and two stages, equal and unequal chances: numbers to compare with.
# Run in this folder: Rscript make_fpc.R
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 15)

# Files that are made up: two departments, courts drawn with unequal chances, some courts certain to be drawn.
set.seed(128)
courts <- data.frame(
  stratum = rep(c("north", "south"), c(11, 8)),
  court = sprintf("c%02d", 1:19),
  pi1 = round(c(runif(9, .15, .8), 1, 1, runif(7, .1, .7), 1), 4),
  drawn = sample(2:7, 19, replace = TRUE)
)
courts$files <- courts$drawn + sample(0:9, 19, replace = TRUE)
rows <- courts[rep(1:19, courts$drawn), ]
n <- nrow(rows)
rows$pi2 <- rows$drawn / rows$files
rows$weight <- 1 / (rows$pi1 * rows$pi2)
rows$group <- sample(c("charge", "complaint"), n, replace = TRUE, prob = c(.4, .6))
rows$base <- rbinom(n, 1, .8)
lean <- rnorm(19)[as.integer(factor(rows$court))]
rows$y <- rows$base * rbinom(n, 1, plogis(-.3 + lean))
write.csv(rows[c("stratum", "court", "pi1", "pi2", "weight", "group", "base", "y")], "fpc_rows.csv",
          row.names = FALSE, quote = FALSE)

# A court that is certain to be drawn is a stratum; its files are the units of the first stage.
certain <- rows$pi1 == 1
rows$file <- sprintf("f%03d", 1:n)
rows$h <- ifelse(certain, rows$court, rows$stratum)
rows$psu <- ifelse(certain, rows$file, rows$court)
rows$f1 <- ifelse(certain, rows$pi2, rows$pi1)
rows$f2 <- ifelse(certain, 1, rows$pi2)
others <- rows[!certain, ]
drawn <- tapply(others$court, others$stratum, function(one) length(unique(one)))
others$courts_all <- as.integer(drawn[others$stratum] * c(north = 3, south = 2)[others$stratum])
others$equal <- others$courts_all / drawn[others$stratum] / others$pi2

plain <- function(data, ...) svydesign(data = data, ...)
designs <- list(
  unequal = plain(rows, ids = ~psu + file, strata = ~h, fpc = ~f1 + f2, pps = "brewer"),
  replaced = plain(rows, ids = ~psu, strata = ~h, weights = ~weight),
  two_stages = plain(others, ids = ~court + file, strata = ~stratum, fpc = ~courts_all + files, weights = ~equal),
  one_stage = plain(transform(rows, all = ifelse(stratum == "north", 130, 90)), ids = ~1, strata = ~stratum,
                    fpc = ~all)
)
found <- NULL
for (name in names(designs)) {
  design <- update(designs[[name]], y1 = y * (group == "charge"), x1 = base * (group == "charge"),
                   y2 = y * (group == "complaint"), x2 = base * (group == "complaint"))
  totals <- svytotal(~y + base + y1 + x1 + y2 + x2, design)
  asked <- list(all = quote(y / base), charge = quote(y1 / x1), complaint = quote(y2 / x2),
                difference = quote(y2 / x2 - y1 / x1))
  for (group in names(asked)) {
    share <- svycontrast(totals, asked[[group]])
    found <- rbind(found, data.frame(design = name, group = group, estimate = as.numeric(share),
                                     std_error = as.numeric(SE(share))))
  }
}
write.csv(found, "fpc_shares.csv", row.names = FALSE, quote = FALSE)
