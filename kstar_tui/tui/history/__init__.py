"""The History screen: days, weeks, months and years as charts."""
