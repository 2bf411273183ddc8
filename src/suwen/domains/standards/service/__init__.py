"""What the standards room does: bring packs into force, read the living standards, publish, revise and import them."""
