"""The view of threads 线程监控: workers, the tasks that they run, what receives messages."""
