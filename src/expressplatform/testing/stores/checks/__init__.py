"""The checks of a case store, one file for each thing that it promises; `contract` hands them to stores."""
