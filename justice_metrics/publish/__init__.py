"""What a release looks like on paper and in files: report, tables, figures, folders."""
