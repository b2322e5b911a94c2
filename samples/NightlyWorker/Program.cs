using LibvirtBackup;
using LibvirtBackup.Clients;
using NightlyWorker;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddLibvirtBackup(new BackupClientOptions { HelperProgram = ["/usr/bin/lvbackup"] });
builder.Services.AddHostedService<NightlyBackups>();
await builder.Build().RunAsync();
