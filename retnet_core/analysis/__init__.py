"""A Trial becomes numbers: a module a subject, results that say how they were made."""
