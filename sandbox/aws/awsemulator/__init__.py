"""An AWS emulator for the offline sandbox: moto, extended in its own process with the EKS add-on plane."""
