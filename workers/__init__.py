"""The processes behind the pages. They hold no rules: they take ids from a queue or a clock and call a service.

`python -m workers QUEUE` · `python -m workers.cron` · `python -m workers.reconciler`
"""
