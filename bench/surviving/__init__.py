"""What `suwen bench survive` is made of: a hospital whose rows change, and the processes that are killed."""
