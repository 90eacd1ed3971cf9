"""What the pages share: the shell around them, the session, words, and parts of screens."""
