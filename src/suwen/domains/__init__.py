"""The rooms. Each is responsible for one subject and is entered by its `public` and `events` modules alone."""
