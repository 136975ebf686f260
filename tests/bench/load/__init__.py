"""``make load``: how much the portal bears under the settings of production, on two cores.

``plan`` writes down what is asked, ``servers`` starts what a site runs, ``run`` lets wrk ask and
counts what came back, ``report`` draws the table.
"""
