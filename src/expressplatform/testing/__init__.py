"""What users test with: strategies, contract suites, machines and fakes. Needs the extra ``testing``."""
