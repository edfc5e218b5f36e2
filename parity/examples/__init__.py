"""Arrays, shapes and faults that several losses share."""
