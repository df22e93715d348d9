"""The demo province: the sample register and two fairs in mid-life.

Everything goes through the services, as it would have happened; names, numbers and addresses are
invented. The year is fixed, because the sample certificates are dated for it: a demo clock, not
the wall clock, says what day it is.
"""
