"""Is every answer right, grounded, and refused where it should be? Cases, metrics, the gate, the report."""
