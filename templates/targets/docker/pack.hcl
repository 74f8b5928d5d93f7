pack "docker" {
  kind        = "target"
  provider    = "docker"
  version     = "0.1.0"
  description = "Terraform on one Docker engine: a root and a state for the system, and for each service"
  changes     = { "0.1.0" = "First version." }
  guards = { # what is deployed cannot be destroyed without these files
    "deploy/docker/terraform.tfstate"  = "run terraform destroy in its folder first, then delete that file and apply again."
    "deploy/docker/*.auto.tfvars.json" = "it is yours, and would no longer be hidden from git: move it away and apply again. A system that is deployed must be destroyed first."
  }
}

requires "terraform" {
  minimum = "1.9"
  version = ["terraform", "version"]
  get     = "https://developer.hashicorp.com/terraform/install (OpenTofu works too: https://opentofu.org/docs/intro/install)"
}

locals {
  image = service.generated ? "${system.name}/${service.name}:dev" : service.image
}

file "service/**" {
  scope       = "service"
  destination = "deploy/docker/${file}"
  class       = "managed"
}

file "service/gitignore" {
  scope       = "service"
  destination = "deploy/docker/.gitignore"
  class       = "managed"
}

file "system/**" {
  scope       = "system"
  destination = "deploy/docker/${file}"
  class       = "managed"
}

file "system/gitignore" {
  scope       = "system"
  destination = "deploy/docker/.gitignore"
  class       = "managed"
}
