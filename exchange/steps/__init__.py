"""The only place that changes the state of what stands in the exchange.

Every step is a transaction: it locks, checks again whether the step is still possible, writes the record
and the notices. Of two people who act at once the second is refused and told.
"""
