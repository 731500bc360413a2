"""What users test with: strategies, contract suites and machines. Needs the extra ``testing``."""
