"""Small faults put into the package on purpose: which of them do the tests see?"""
