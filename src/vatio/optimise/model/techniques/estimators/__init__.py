"""What makes scikit-learn's estimators cheaper: trees and linear models written anew, and lighter algorithms in their place."""
