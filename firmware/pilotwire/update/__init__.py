"""Starting and ending the firmware safely; signed updates are to come."""
