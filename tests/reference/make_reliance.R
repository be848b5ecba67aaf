# Writes what tests/estimate/test_clustered_share.py compares against.
#
#   Rscript make_reliance.R              (run in this folder; needs survey)
#
#   reliance_shares.csv    share admitted by sex in the departments of the teaching data `UCBAdmissions`, departments as
#                          clusters, by survey::svyciprop (logit limits, t quantiles)

suppressMessages(library(survey))
number <- function(x) trimws(formatC(x, digits = 12, format = "g"))

counts <- as.data.frame(UCBAdmissions)
single <- counts[rep(seq_len(nrow(counts)), counts$Freq), ]
single$y <- as.numeric(single$Admit == "Admitted")
rows <- list()
for (sex in c("Male", "Female")) for (level in c(0.9, 0.95)) {
  design <- svydesign(ids = ~Dept, weights = ~1, data = single[single$Gender == sex, ])
  found <- svyciprop(~y, design, method = "logit", level = level)
  limits <- attr(found, "ci")
  rows[[length(rows) + 1]] <- data.frame(sex = sex, level = number(level), estimate = number(as.numeric(found)),
    conf_low = number(limits[[1]]), conf_high = number(limits[[2]]))
}
write.csv(do.call(rbind, rows), "reliance_shares.csv", row.names = FALSE, quote = FALSE)
