"""A whole federation on one computer, with synthetic members: product tour, test fixture and benchmark in one."""
