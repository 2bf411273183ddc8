"""Systems of a region that exchange data with the platform: what each usually brings and takes, as declared data."""
