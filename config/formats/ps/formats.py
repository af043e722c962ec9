"""Date and number formats for Pashto, which Django lacks: CLDR's day-month-year order with Latin digits."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "Y/n/j"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
FIRST_DAY_OF_WEEK = 6
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
