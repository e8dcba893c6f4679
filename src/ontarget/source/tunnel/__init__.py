"""Decay tunnels: what is counted from rays, on which nodes, to which precision."""
