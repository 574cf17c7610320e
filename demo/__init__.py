"""A Home Assistant with a simulated Nomos, to look at and to prove."""
