package epayco

// No refund is documented, neither in the SDKs nor in the plug-in: reversals are asked for in the dashboard. The adapter
// therefore implements no road for money to go back, and the router has to find another.
