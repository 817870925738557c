"""The commands of `casewright review`, by what they do."""
