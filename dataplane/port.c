/* SPDX-License-Identifier: BSD-3-Clause */
#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "eal.h"
#include "ha/steer_object.h"
#include "packet_pool.h"

enum {
	FDS_MAX = 4096,
	DESCRIPTORS = 1024,
	MBUF_DATA_ROOM = 2048,
	QUEUE_OCTETS = 131072, /* what a driver keeps for the descriptors of a queue, both ways */
};

/* Which open files are AF_XDP sockets: the driver has no call that tells. */
static unsigned int list_xsks(int fds[], unsigned int max)
{
	unsigned int count = 0;
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL && count < max) {
		int fd = atoi(entry->d_name);
		int domain = 0;
		socklen_t size = sizeof(domain);

		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_XDP)
			fds[count++] = fd;
	}
	closedir(dir);
	return count;
}

static int new_xsk(const int before[], unsigned int before_count)
{
	int now[FDS_MAX];
	unsigned int count = list_xsks(now, FDS_MAX);

	for (unsigned int i = 0; i < count; i++) {
		bool known = false;

		for (unsigned int k = 0; k < before_count; k++)
			known |= before[k] == now[i];
		if (!known)
			return now[i];
	}
	return -1;
}

/* Receive queues of a kernel interface. A device for each queue is needed where the driver reports
 * no channels; sysfs knows the number of queues in either case. */
static uint16_t interface_queues(const char *interface)
{
	char path[128];
	uint16_t count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", interface);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, "rx-", 3) == 0)
			count++;
	closedir(dir);
	return count;
}

/* Where the worker runs that gets this queue (dataplane.c deals them out in turn): its packets lie in
 * memory of its own. */
static int socket_of(const struct config *config, uint16_t queue)
{
	return (int)rte_lcore_to_socket_id(1u + queue % config->worker_count);
}

/* Octets of a buffer behind its mbuf. */
static uint16_t buffer_octets(uint16_t mtu)
{
	uint16_t room = MBUF_DATA_ROOM;

	if (mtu + 128 > room)
		room = (uint16_t)RTE_ALIGN_CEIL(mtu + 128, 1024);
	return (uint16_t)(room + RTE_PKTMBUF_HEADROOM);
}

static uint16_t mtu_of(const struct port_config *port)
{
	return port->mtu != 0 ? port->mtu : 1500;
}

/* Receive queues of a port that is not a kernel interface's. */
static uint16_t queues_of(const struct config *config, const struct port_config *port)
{
	return port->queues != 0 ? port->queues : config->worker_count;
}

uint64_t port_octets(const struct config *config, uint16_t index)
{
	const struct port_config *port = &config->ports[index];
	uint64_t queue = QUEUE_OCTETS +
			 packet_pool_octets(config->mbufs_per_queue, buffer_octets(mtu_of(port)),
					    port->kind == PORT_AF_XDP, config->hugepages);

	switch (port->kind) {
	case PORT_AF_XDP:
		return queue * interface_queues(port->interface);
	case PORT_VDEV:
		return queue * queues_of(config, port);
	default:
		return queue * (queues_of(config, port) + 1u); /* the twin's */
	}
}

static struct rte_mempool *make_pool(const struct config *config, const struct port *port,
				     uint16_t index, uint16_t queue)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "rx_%u_%u", index, queue);
	return packet_pool_make(name, config->mbufs_per_queue, buffer_octets(port->mtu),
				port->config->kind == PORT_AF_XDP, socket_of(config, queue));
}

static int refuse(struct fault *fault, uint16_t index, const char *field, const char *what,
		  const char *mend)
{
	char where[64];

	snprintf(where, sizeof(where), "/ports/%u%s%s", index, field[0] != '\0' ? "/" : "", field);
	fault_set(fault, where, "%s%s%s%s%s%s", what, eal_last_complaint()[0] != '\0' ? " (" : "",
		  eal_last_complaint(), eal_last_complaint()[0] != '\0' ? ")" : "",
		  mend[0] != '\0' ? "; " : "", mend);
	return -EIO;
}

/* Creates one DPDK device. Returns its number, or RTE_MAX_ETHPORTS. */
static uint16_t make_ethdev(const char *bus, const char *name, const char *args)
{
	uint16_t ethdev;

	eal_forget_complaint();
	if (rte_eal_hotplug_add(bus, name, args) != 0)
		return RTE_MAX_ETHPORTS;
	if (rte_eth_dev_get_port_by_name(name, &ethdev) != 0)
		return RTE_MAX_ETHPORTS;
	return ethdev;
}

static int configure(uint16_t ethdev, uint16_t queues, bool spread)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = {0};

	if (rte_eth_dev_info_get(ethdev, &info) != 0)
		return -EIO;
	if (spread && queues > 1) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf =
			(RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX | RTE_ETH_RSS_NONFRAG_IPV6_UDP |
			 RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_OTHER) &
			info.flow_type_rss_offloads;
	}
	return rte_eth_dev_configure(ethdev, queues, queues, &conf);
}

/* Sets up queue q of an ethdev as the port's next queue. */
static int add_queue(struct port *port, uint16_t index, const struct config *config,
		     uint16_t ethdev, uint16_t q, dataplane_release_fn *release)
{
	struct port_queue *queue = &port->queues[port->queue_count];
	struct rte_mempool *pool = make_pool(config, port, index, port->queue_count);
	int socket = socket_of(config, port->queue_count);
	int before[FDS_MAX];
	unsigned int before_count = list_xsks(before, FDS_MAX);
	int rc;

	if (pool == NULL)
		return -ENOMEM;
	rc = rte_eth_rx_queue_setup(ethdev, q, DESCRIPTORS, (unsigned int)socket, NULL, pool);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(ethdev, q, DESCRIPTORS, (unsigned int)socket, NULL);
	if (port->config->kind == PORT_AF_XDP)
		release(port->config->interface);
	if (rc != 0)
		return rc;
	*queue = (struct port_queue){.ethdev = ethdev, .queue = q, .xsk = -1, .pool = pool};
	if (port->config->kind == PORT_AF_XDP)
		queue->xsk = new_xsk(before, before_count);
	port->queue_count++;
	return 0;
}

/* Configures a device with that many queues and starts it. */
static int bring_up(struct port *port, uint16_t index, const struct config *config, uint16_t ethdev,
		    uint16_t queues, dataplane_release_fn *release, struct fault *fault)
{
	eal_forget_complaint();
	if (configure(ethdev, queues, port->config->kind == PORT_PCI) != 0)
		return refuse(fault, index, "", "device could not be configured", "");
	for (uint16_t q = 0; q < queues; q++)
		if (add_queue(port, index, config, ethdev, q, release) != 0)
			return refuse(
				fault, index, "", "queue could not be set up",
				"check memory.megabytes and that nothing else uses the device");
	if (rte_eth_dev_start(ethdev) != 0)
		return refuse(fault, index, "", "device could not be started", "");
	return 0;
}

static int enough_queues(uint16_t index, const char *name, uint16_t have, uint16_t workers,
			 struct fault *fault)
{
	char where[64];

	if (have >= workers)
		return 0;
	snprintf(where, sizeof(where), "/ports/%u", index);
	fault_set(fault, where,
		  "%s has %u queue%s, but each of the %u workers needs one; set /workers/count to "
		  "%u, "
		  "or give the device more queues",
		  name, have, have == 1 ? "" : "s", workers, have);
	return -EINVAL;
}

/* The embedded steering program as a file, which is how the driver wants it. */
static int steer_file(void)
{
	int fd = memfd_create("steer.bpf.o", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, steer_object, steer_object_size) != (ssize_t)steer_object_size) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static int open_af_xdp_devices(struct port *port, uint16_t index, const struct config *config,
			       int program, dataplane_release_fn *release, struct fault *fault)
{
	const char *interface = port->config->interface;
	uint16_t queues = interface_queues(interface);
	int rc = enough_queues(index, interface, queues, config->worker_count, fault);

	if (rc == 0 && queues > PORT_QUEUES_MAX)
		return refuse(fault, index, "interface", "interface has more than 64 queues",
			      "reduce them with ethtool -L INTERFACE combined N");
	for (uint16_t q = 0; rc == 0 && q < queues; q++) {
		char name[64];
		char args[256];
		uint16_t ethdev;

		snprintf(name, sizeof(name), "net_af_xdp_%u_%u", index, q);
		snprintf(args, sizeof(args),
			 "iface=%s,start_queue=%u,busy_budget=0,xdp_prog=/proc/self/fd/%d",
			 interface, q, program);
		ethdev = make_ethdev("vdev", name, args);
		if (ethdev == RTE_MAX_ETHPORTS)
			return refuse(fault, index, "interface", "AF_XDP device could not be made",
				      "");
		port->ethdevs[port->ethdev_count++] = ethdev;
		rc = bring_up(port, index, config, ethdev, 1, release, fault);
	}
	return rc;
}

static int open_af_xdp(struct port *port, uint16_t index, const struct config *config,
		       dataplane_release_fn *release, struct fault *fault)
{
	int program;
	int rc;

	if (config->mbufs_per_queue < 2 * PACKET_POOL_KERNEL_HOLDS) {
		fault_set(fault, "/memory/mbufs_per_queue",
			  "the kernel holds %u of the buffers of an af_xdp port's queue; make it "
			  "%u or larger",
			  PACKET_POOL_KERNEL_HOLDS, 2 * PACKET_POOL_KERNEL_HOLDS);
		return -EINVAL;
	}
	if (if_nametoindex(port->config->interface) == 0) {
		eal_forget_complaint();
		return refuse(fault, index, "interface", "no such interface",
			      "ip link shows those that exist here");
	}
	program = steer_file();
	if (program < 0)
		return refuse(fault, index, "", "no memory for the steering program", "");
	rc = open_af_xdp_devices(port, index, config, program, release, fault);
	close(program);
	return rc;
}

static int open_vdev(struct port *port, uint16_t index, const struct config *config,
		     struct fault *fault)
{
	uint16_t queues = queues_of(config, port->config);
	char name[PORT_DEVICE_MAX];
	struct rte_eth_dev_info info;
	const char *args;
	uint16_t ethdev;
	int rc;

	snprintf(name, sizeof(name), "%s", port->config->device);
	name[strcspn(name, ",")] = '\0';
	args = port->config->device + strlen(name);
	ethdev = make_ethdev("vdev", name, *args == ',' ? args + 1 : args);
	if (ethdev == RTE_MAX_ETHPORTS)
		return refuse(fault, index, "device", "DPDK could not make this device", "");
	port->ethdevs[port->ethdev_count++] = ethdev;
	if (rte_eth_dev_info_get(ethdev, &info) == 0) {
		rc = enough_queues(index, name, (uint16_t)RTE_MIN(queues, info.max_rx_queues),
				   config->worker_count, fault);
		if (rc != 0)
			return rc;
	}
	return bring_up(port, index, config, ethdev, queues, NULL, fault);
}

/* The kernel's end of a pci port: a TAP with the same address, one queue. */
static int open_twin(struct port *port, uint16_t index, const struct config *config,
		     struct fault *fault)
{
	char mac[RTE_ETHER_ADDR_FMT_SIZE];
	struct rte_mempool *pool;
	char name[64];
	char args[128];

	rte_ether_format_addr(mac, sizeof(mac), (const struct rte_ether_addr *)port->mac);
	snprintf(name, sizeof(name), "net_tap%u", index);
	snprintf(args, sizeof(args), "iface=%s,mac=%s", port->config->interface, mac);
	port->twin_ethdev = make_ethdev("vdev", name, args);
	if (port->twin_ethdev == RTE_MAX_ETHPORTS)
		return refuse(fault, index, "tap", "TAP twin could not be made", "");
	port->ethdevs[port->ethdev_count++] = port->twin_ethdev;
	pool = make_pool(config, port, index, PORT_QUEUES_MAX);
	port->twin_pool = pool;
	if (pool == NULL || configure(port->twin_ethdev, config->worker_count, false) != 0)
		return refuse(fault, index, "tap", "TAP twin could not be configured", "");
	for (uint16_t q = 0; q < config->worker_count; q++)
		if (rte_eth_rx_queue_setup(port->twin_ethdev, q, DESCRIPTORS, SOCKET_ID_ANY, NULL,
					   pool) != 0 ||
		    rte_eth_tx_queue_setup(port->twin_ethdev, q, DESCRIPTORS, SOCKET_ID_ANY,
					   NULL) != 0)
			return refuse(fault, index, "tap", "TAP twin has too few queues", "");
	if (rte_eth_dev_start(port->twin_ethdev) != 0)
		return refuse(fault, index, "tap", "TAP twin could not be started", "");
	return 0;
}

static int open_pci(struct port *port, uint16_t index, const struct config *config,
		    struct fault *fault)
{
	uint16_t queues = queues_of(config, port->config);
	struct rte_eth_dev_info info;
	uint16_t ethdev = make_ethdev("pci", port->config->device, "");
	int rc;

	if (ethdev == RTE_MAX_ETHPORTS)
		return refuse(fault, index, "device", "no DPDK port at this PCI address",
			      "bind it with dpdk-devbind.py --bind=vfio-pci");
	port->ethdevs[port->ethdev_count++] = ethdev;
	rc = rte_eth_dev_info_get(ethdev, &info);
	if (rc == 0)
		rc = enough_queues(
			index, port->config->device,
			(uint16_t)RTE_MIN(queues, RTE_MIN(info.max_rx_queues, info.max_tx_queues)),
			config->worker_count, fault);
	if (rc == 0)
		rc = bring_up(port, index, config, ethdev, queues, NULL, fault);
	if (rc == 0)
		rte_eth_allmulticast_enable(ethdev);
	if (rc == 0)
		rte_eth_macaddr_get(ethdev, (struct rte_ether_addr *)port->mac);
	return rc == 0 ? open_twin(port, index, config, fault) : rc;
}

static void add_buffers(struct port_stats *stats, const struct rte_mempool *pool)
{
	stats->buffers += pool->size;
	stats->buffers_free += rte_mempool_avail_count(pool);
}

void port_count_buffers(const struct port *port, struct port_stats *stats)
{
	for (uint16_t q = 0; q < port->queue_count; q++)
		add_buffers(stats, port->queues[q].pool);
	if (port->twin_pool != NULL)
		add_buffers(stats, port->twin_pool);
}

static void learn_device(struct port *port)
{
	uint16_t mtu;

	rte_eth_macaddr_get(port->ethdevs[0], (struct rte_ether_addr *)port->mac);
	if (port->config->kind == PORT_VDEV)
		return;
	if (rte_eth_dev_get_mtu(port->ethdevs[0], &mtu) == 0)
		port->mtu = mtu;
}

int port_open(struct port *port, uint16_t index, const struct config *config,
	      dataplane_release_fn *release, struct fault *fault)
{
	int rc;

	*port = (struct port){
		.config = &config->ports[index],
		.twin_ethdev = RTE_MAX_ETHPORTS,
		.mtu = mtu_of(&config->ports[index]),
	};
	switch (port->config->kind) {
	case PORT_AF_XDP:
		rc = open_af_xdp(port, index, config, release, fault);
		break;
	case PORT_VDEV:
		rc = open_vdev(port, index, config, fault);
		break;
	default:
		rc = open_pci(port, index, config, fault);
		break;
	}
	if (rc == 0)
		learn_device(port);
	else
		port_close(port);
	return rc;
}

void port_close(struct port *port)
{
	for (uint16_t i = 0; i < port->ethdev_count; i++) {
		rte_eth_dev_stop(port->ethdevs[i]);
		rte_eth_dev_close(port->ethdevs[i]);
	}
	port->ethdev_count = 0;
	port->queue_count = 0;
}
