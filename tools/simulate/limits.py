"""The limits of the demo exchange, which its planted stories try to stay under."""

# SGD in one bank payment from which papers on the source of funds are asked for, by tier.
LIMITS = {"basic": 5_000, "standard": 20_000, "plus": 50_000}
# SGD of a withdrawal from which the fuller travel-rule form is asked for (PSN02, paragraph 13).
TRAVEL_RULE = 1_500
