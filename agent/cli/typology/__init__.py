"""The commands of `casewright typology` by which experts write, decide and look ahead; mounted in its group."""
